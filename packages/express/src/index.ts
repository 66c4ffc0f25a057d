export {
  type ExpressSettings,
  type ExpressSettingsOptions,
  expressSettings,
  type WithSettings,
} from './express-settings.js';
export type { Admit, RouterOptions } from './settings-router.js';
