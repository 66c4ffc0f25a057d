export { variablesOf } from './variables.js';
