export { defineConfig, type StrongroomConfig, type VaultConfig } from './config.js';
export { type ExitCode, exitCodes } from './exit-code.js';
export type { Io, OutputStream } from './io.js';
export { processIo } from './process-io.js';
export { run } from './run.js';
