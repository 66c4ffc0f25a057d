// `npm test`: from a fresh clone through every check, in one command.
import { install } from './workspace.mjs';

await install();
await import('./check.mjs');
