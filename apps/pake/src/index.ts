export { Database } from './database.js';
export { definition, type PakeResolver, type PakeSettings } from './definition.js';
export { frontPage, healthPage } from './pages.js';
export { refuseToStart } from './refuse-to-start.js';
export { isUser, signIn } from './sign-in.js';
