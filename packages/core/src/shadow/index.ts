export { compareInShadow, type Shadow, type ShadowOptions } from './shadow.js';
export type { ShadowComparison, ShadowDifference, ShadowReport, ShadowSide } from './shadow-report.js';
