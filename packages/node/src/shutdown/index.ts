export type { Closable } from './closable.js';
export { type ShutdownOptions, shutdownOn } from './shutdown.js';
