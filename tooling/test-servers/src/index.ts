export { realServerBinary } from './real-server-binary.js';
export { type ServerKind, serverKinds, type TestServer } from './server-kinds.js';
export { writeSecret } from './write-secret.js';
