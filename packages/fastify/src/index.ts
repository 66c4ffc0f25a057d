export {
  type FastifySettingsOptions,
  fastifySettings,
  fastifySettings as default,
} from './fastify-settings.js';
export { readerFor, type SettingsReader } from './settings-reader.js';
export type { Admit, RoutesOptions } from './settings-routes.js';
