export { defineConfig, type StrongroomConfig, type VaultConfig } from './configuration/config.js';
export { type ExitCode, exitCodes } from './exit-code.js';
export { run } from './run.js';
export type { Io, OutputStream } from './terminal/io.js';
export { processIo } from './terminal/process-io.js';
