export { type LoadSettingsOptions, loadSettings } from './load-settings.js';
