export {
  type GivenOptions,
  GivenSettings,
  type GivenValues,
  givenSettings,
  withSettings,
} from './given-settings.js';
