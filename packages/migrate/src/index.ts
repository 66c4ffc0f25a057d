export { Entry, type Origin } from './entry.js';
export { type ReadDotenvOptions, readDotenv } from './read-dotenv.js';
export { readEnvironment } from './read-environment.js';
export type { TextSource } from './read-text.js';
export type { Reading, ReadingWarning } from './reading.js';
