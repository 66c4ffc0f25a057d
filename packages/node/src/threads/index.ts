export type { ReceivedSettings } from '@strongroom/core/handover';
export { type ReceiveOptions, receiveSettings } from './receive-settings.js';
export { type ShareOptions, type ShareTarget, shareSettings } from './share-settings.js';
