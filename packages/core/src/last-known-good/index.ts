export { type LastKnownGoodOptions, lastKnownGoodDefaults, withLastKnownGood } from './last-known-good.js';
