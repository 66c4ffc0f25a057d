// `pnpm bench [rounds]`: every figure is a ratio within one run.
import { adapters } from './adapters.mjs';
import { audit } from './audit.mjs';
import { bigRefresh } from './big-refresh.mjs';
import { hotRead } from './hot-read.mjs';
import { migration } from './migration.mjs';
import { startUpFromEnvironment } from './start-up-environment.mjs';
import { coldReads, startUpWithVault } from './start-up-vault.mjs';

const rounds = Number(process.argv[2] ?? 15);
await hotRead(rounds);
await startUpFromEnvironment(rounds);
await startUpWithVault(rounds);
await coldReads(rounds);
await bigRefresh(Math.min(rounds, 5));
await migration(rounds);
await adapters(rounds);
await audit(Math.min(rounds, 5));
