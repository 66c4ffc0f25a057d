export { type Administration, administer } from './administer.js';
export { type CertificateAuthority, type IssuedCertificate, makeAuthority } from './certificate-authority.js';
export { type Fault, type FaultProxy, startFaultProxy } from './fault-proxy.js';
export { realServerBinary } from './real-server-binary.js';
export { type LoadReport, rotationUnderLoad, type ServedSecret } from './rotation-under-load.js';
export { type ClusterKind, clusterKinds, type ServerKind, serverKinds } from './server-kinds.js';
export { leaderOf, type TestCluster } from './test-cluster.js';
export type { TestServer } from './test-server.js';
export { writeSecret } from './write-secret.js';
