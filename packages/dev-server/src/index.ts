export type { DevServer } from './server/dev-server.js';
export { DevServerError, type DevServerErrorCode } from './server/dev-server-error.js';
export type { FailureAnswer, FailureRule } from './server/failure-rule.js';
export type { DevServerOptions, SeedSecrets, StandbyOptions } from './server/options.js';
export type { RecordedRequest } from './server/recorded-request.js';
export { startDevServer, startStandby } from './server/start-dev-server.js';
export type { CertificateOptions } from './tls/certificate-options.js';
