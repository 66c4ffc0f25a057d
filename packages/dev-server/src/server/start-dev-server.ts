import { isIPv6 } from 'node:net';
import { VaultCore } from '../core/vault-core.js';
import { type Certificate, selfSignedCertificate } from '../tls/self-signed-certificate.js';
import { randomName } from '../tokens/random-name.js';
import { Connections } from './connections.js';
import type { DevServer } from './dev-server.js';
import { FailureRules } from './failure-rules.js';
import { listen, type Serve } from './listener.js';
import { loopbackHost } from './loopback.js';
import type { DevServerOptions } from './options.js';
import { handleHttp } from './request-handler.js';
import { RequestLog } from './request-log.js';
import { seedSecrets } from './seed.js';
import { openStateFile } from './state-file.js';

function certificateFor(tls: DevServerOptions['tls']): Certificate | undefined {
  if (tls === undefined) return undefined;
  if (tls === true) return selfSignedCertificate();
  return 'cert' in tls ? tls : selfSignedCertificate(tls);
}

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
  const host = loopbackHost(options.host ?? '127.0.0.1');
  const devMode = options.initialised ?? true;
  const rootToken = devMode ? (options.rootToken ?? `s.${randomName(24)}`) : '';
  const file = await openStateFile(options.dataFile);
  const core = new VaultCore(file.state, options.now ?? Date.now, devMode ? rootToken : undefined);
  if (options.seed !== undefined) seedSecrets(core, options.seed);
  const rules = new FailureRules();
  const log = new RequestLog();
  const connections = new Connections();
  const changed = (): void => file.save();
  const certificate = certificateFor(options.tls);
  const serve: Serve = (message, response, methodHeader) => {
    void handleHttp(
      { core, rules, log, methodHeader, changed, delay: (milliseconds) => connections.delay(milliseconds) },
      message,
      response,
    );
  };
  const listener = await listen(host, options.port ?? 0, connections, serve, certificate);
  changed();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= listener.close().then(() => file.close());
    return closing;
  };
  return {
    address: `${certificate === undefined ? 'http' : 'https'}://${isIPv6(host) ? `[${host}]` : host}:${listener.port}`,
    rootToken,
    unsealKey: core.seal.devKey,
    caCertificate: certificate?.cert,
    get requests() {
      return log.records;
    },
    seed(secrets) {
      seedSecrets(core, secrets);
      changed();
    },
    clearRequests: () => log.clear(),
    fail: (rule) => rules.add(rule),
    close,
    [Symbol.asyncDispose]: close,
  };
}
