import { randomBytes } from 'node:crypto';
import { startDevServer } from '@strongroom/dev-server';
import { startRealServer } from './real-server.js';
import { realServerBinary } from './real-server-binary.js';
import type { TestServer } from './test-server.js';

/** A kind of server to run a test against: `describe.each(serverKinds)('on $name', …)`. */
export interface ServerKind {
  readonly name: string;
  start(): Promise<TestServer>;
}

const embedded: ServerKind = {
  name: 'the embedded server',
  start: () => startDevServer({ rootToken: newRootToken() }),
};

const binary = realServerBinary();

/** The embedded server, and a real one when this machine has its binary. */
export const serverKinds: readonly ServerKind[] =
  binary === undefined
    ? [embedded]
    : [embedded, { name: binary.version, start: () => startRealServer(binary.path, newRootToken()) }];

function newRootToken(): string {
  return `test-${randomBytes(12).toString('hex')}`;
}
