export { type ObservedResolver, type ObserveOptions, observe } from './observe.js';
