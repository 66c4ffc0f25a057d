export { canarySecret, expectNoCanary, findCanary } from './canary.js';
export {
  describeSource,
  type SourceFailureHook,
  type SourceFixture,
  type SourceHarness,
  type SourceMoment,
  type TestRunner,
} from './describe-source.js';
export { ManualClock } from './manual-clock.js';
export { MemorySource, type MemorySourceOptions, memorySource } from './memory-source.js';
