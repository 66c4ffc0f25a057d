import { randomBytes } from 'node:crypto';
import { startEmbeddedCluster } from './embedded-cluster.js';
import { startEmbeddedServer } from './embedded-server.js';
import { startRaftCluster } from './raft-cluster.js';
import { startRealServer } from './real-server.js';
import { realServerBinary } from './real-server-binary.js';
import type { TestCluster } from './test-cluster.js';
import type { TestServer } from './test-server.js';

/** A kind of server to run a test against: `describe.each(serverKinds)('on $name', …)`. */
export interface ServerKind {
  readonly name: string;
  start(): Promise<TestServer>;
}

/** A kind of cluster to run a test against: `describe.each(clusterKinds)('on $name', …)`. */
export interface ClusterKind {
  readonly name: string;
  start(): Promise<TestCluster>;
}

const embedded: ServerKind = {
  name: 'the embedded server',
  start: () => startEmbeddedServer(newRootToken()),
};

const binary = realServerBinary();

/** The embedded server, and a real one when this machine has its binary. */
export const serverKinds: readonly ServerKind[] =
  binary === undefined
    ? [embedded]
    : [embedded, { name: binary.version, start: () => startRealServer(binary.path, newRootToken()) }];

/** A cluster of embedded servers, and one of a real server with Raft when this machine has its binary. */
export const clusterKinds: readonly ClusterKind[] = [
  { name: 'a cluster of the embedded server', start: () => startEmbeddedCluster(newRootToken()) },
  ...(binary === undefined
    ? []
    : [{ name: `a Raft cluster of ${binary.version}`, start: () => startRaftCluster(binary.path) }]),
];

function newRootToken(): string {
  return `test-${randomBytes(12).toString('hex')}`;
}
