// `pnpm bench:peers [rounds]`: the Vault client beside every peer. Installs them first, outside the workspace.
import { slowLink } from './slow-link.mjs';
import { steadyReads } from './steady-reads.mjs';

const rounds = Number(process.argv[2] ?? 7);
await steadyReads(rounds);
await slowLink(rounds);
