import { stopwatch } from './stopwatch.mjs';

const stop = stopwatch();
await import('zod');
process.stdout.write(JSON.stringify(stop()));
