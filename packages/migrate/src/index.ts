export { Entry, type Origin } from './entry.js';
