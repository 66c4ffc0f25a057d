export { canarySecret, expectNoCanary, findCanary } from './canary.js';
export { describeSource } from './describe-source.js';
export { ManualClock } from './manual-clock.js';
export { MemorySource, type MemorySourceOptions, memorySource } from './memory-source.js';
export type {
  SourceFailureHook,
  SourceFixture,
  SourceHarness,
  SourceMoment,
  TestRunner,
} from './source-harness.js';
