import { isIPv6 } from 'node:net';
import { VaultCore } from '../core/vault-core.js';
import { type Certificate, selfSignedCertificate } from '../tls/self-signed-certificate.js';
import { randomName } from '../tokens/random-name.js';
import { Cluster, type ClusterNode } from './cluster.js';
import { Connections } from './connections.js';
import type { DevServer } from './dev-server.js';
import { DevServerError } from './dev-server-error.js';
import { FailureRules } from './failure-rules.js';
import { listen, type Serve } from './listener.js';
import { loopbackHost } from './loopback.js';
import type { DevServerOptions, StandbyOptions } from './options.js';
import { handleHttp } from './request-handler.js';
import { RequestLog } from './request-log.js';
import { seedSecrets } from './seed.js';
import { openStateFile } from './state-file.js';

function certificateFor(tls: DevServerOptions['tls']): Certificate | undefined {
  if (tls === undefined) return undefined;
  if (tls === true) return selfSignedCertificate();
  return 'cert' in tls ? tls : selfSignedCertificate(tls);
}

/** What the servers of one cluster have in common. */
interface Shared {
  readonly cluster: Cluster;
  readonly rootToken: string;
  readonly newCore: () => VaultCore;
  readonly save: () => void;
}

/** What a server shares with those that are to stand by it. */
const sharedBy = new WeakMap<DevServer, Shared>();

/**
 * Starts a server that answers as Vault's dev server does.
 *
 * @example
 * await using server = await startDevServer({ seed: { 'app/db': { url: 'postgres://…' } } });
 * process.env.VAULT_ADDR = server.address;
 *
 * @throws DevServerError: NOT_LOOPBACK, PORT_IN_USE, LISTEN_FAILED, DATA_FILE_INVALID, DATA_FILE_UNREADABLE,
 * SEED_INVALID
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  loopbackHost(options.host ?? '127.0.0.1');
  const devMode = options.initialised ?? true;
  const rootToken = devMode ? (options.rootToken ?? `s.${randomName(24)}`) : '';
  const file = await openStateFile(options.dataFile);
  const now = options.now ?? Date.now;
  const newCore = () => new VaultCore(file.state, now, devMode ? rootToken : undefined);
  const core = newCore();
  if (options.seed !== undefined) seedSecrets(core, options.seed);
  const shared = { cluster: new Cluster(now), rootToken, newCore, save: () => file.save() };
  return startNode(options, shared, core, () => file.close());
}

/**
 * Starts a server that stands by another one, as the nodes of a cluster do: it has the same secrets and tokens,
 * hands requests on to the active server, and takes over when that is closed, sealed or steps down.
 *
 * @param server one of `startDevServer` in dev mode, or one that stands by it already
 * @throws DevServerError: NOT_LOOPBACK, PORT_IN_USE, LISTEN_FAILED
 */
export async function startStandby(server: DevServer, options: StandbyOptions = {}): Promise<DevServer> {
  const shared = sharedBy.get(server);
  if (shared === undefined || shared.rootToken === '') {
    throw new DevServerError(
      'NO_ACTIVE_SERVER',
      'Only a server of startDevServer in dev mode can be stood by.',
    );
  }
  return startNode(options, shared, shared.newCore(), () => Promise.resolve(), options.electionMs ?? 0);
}

async function startNode(
  options: Pick<DevServerOptions, 'host' | 'port' | 'tls'>,
  shared: Shared,
  first: VaultCore,
  closeState: () => Promise<void>,
  electionMs?: number,
): Promise<DevServer> {
  const { cluster, rootToken } = shared;
  const host = loopbackHost(options.host ?? '127.0.0.1');
  const rules = new FailureRules();
  const log = new RequestLog();
  const connections = new Connections();
  const changed = (): void => {
    cluster.check();
    shared.save();
  };
  const certificate = certificateFor(options.tls);
  let core = first;
  const serve: Serve = (message, response, methodHeader) => {
    void handleHttp(
      { core, rules, log, methodHeader, changed, delay: (milliseconds) => connections.delay(milliseconds) },
      message,
      response,
    );
  };
  const listener = await listen(host, options.port ?? 0, connections, serve, certificate);
  const address = `${certificate === undefined ? 'http' : 'https'}://${isIPv6(host) ? `[${host}]` : host}:${listener.port}`;
  const node: ClusterNode = {
    address,
    get core() {
      return core;
    },
    reload() {
      core = shared.newCore();
    },
  };
  cluster.join(node, electionMs);
  shared.save();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    if (closing === undefined) cluster.leave(node);
    closing ??= listener.close().then(closeState);
    return closing;
  };
  const server: DevServer = {
    address,
    rootToken,
    unsealKey: core.seal.devKey,
    caCertificate: certificate?.cert,
    get requests() {
      return log.records;
    },
    seed(secrets) {
      seedSecrets(core, secrets);
      shared.save();
    },
    clearRequests: () => log.clear(),
    fail: (rule) => rules.add(rule),
    close,
    [Symbol.asyncDispose]: close,
  };
  sharedBy.set(server, shared);
  return server;
}
