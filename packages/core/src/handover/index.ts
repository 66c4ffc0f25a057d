export { HandingOver } from './handing-over.js';
export { type HandedSetting, type Handover, readHandover } from './handover.js';
export { type ReceivedOptions, ReceivedSettings } from './received-settings.js';
export { variablesOf, withoutVariablesOf } from './variables.js';
