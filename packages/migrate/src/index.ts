export { Entry, type Origin } from './entry.js';
export { readEnvironment } from './read-environment.js';
export type { Reading, ReadingWarning } from './reading.js';
