import {
  type Clock,
  type Logger,
  type OptionNames,
  type Source,
  type SourceActivity,
  systemClock,
} from '@strongroom/core';
import { Activities } from './activities.js';
import type { AuthMethod } from './auth/auth-method.js';
import { AuthenticatedTransport } from './auth/authenticated-transport.js';
import type { TokenReader } from './auth/token.js';
import type { TokenFiles } from './auth/token-file.js';
import { tokensFor } from './auth/tokens-for.js';
import { readCapabilities } from './capabilities.js';
import { checkOptions } from './configuration-problem.js';
import { KvMount, type KvOptions } from './kv/kv-mount.js';
import { KvVersions } from './kv/kv-version.js';
import { lastingClock } from './lasting-clock.js';
import { type Lease, type LeaseListeners, noSuchPath } from './lease/lease.js';
import { Leases } from './lease/leases.js';
import { createNodeVaultClient, type NodeVaultClient } from './node-vault.js';
import { checkKinds } from './option-kinds.js';
import { placementNames, vaultNames } from './option-names.js';
import { type KvPlacement, placementDefaults } from './source/placement.js';
import { createVaultSource } from './source/vault-source.js';
import type { Cancellation } from './transport/cancellation.js';
import type { ProxyOptions } from './transport/http-proxy.js';
import { namespaceOf } from './transport/namespace.js';
import { readRoutes } from './transport/routes.js';
import { checkTls, type TlsOptions, warnUnverified } from './transport/tls.js';
import type { TransportLimits } from './transport/transport-defaults.js';

/** How a client behaves; what it connects to is in {@link VaultOptions}. */
export interface VaultBehaviour extends Partial<TransportLimits> {
  /** Allows plain `http:` to an address that is not of this machine. @default false */
  readonly allowInsecureHttp?: boolean;
  /** Whether closing revokes the leases that were given. @default false: they end by themselves */
  readonly revokeLeases?: boolean;
  /** Whether closing revokes the tokens that logins gave, and what hangs on them. @default false: they end */
  readonly revokeTokens?: boolean;
  /** A logger with pino's methods: a line for each request, never with a token or a body. */
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

export interface VaultOptions extends VaultBehaviour {
  /**
   * `http://` or `https://`, host, optionally a port and a path prefix, without `/v1`; or `unix://` and the path
   * of a Vault Agent's or Proxy's socket. Of a cluster the addresses of all nodes, as a list or with commas.
   */
  readonly address: string | readonly string[];
  /** The HTTP proxy on the way: one for every address, or by scheme. @default none */
  readonly proxy?: string | ProxyOptions;
  /**
   * How to log in: `appRole(…)`, `kubernetes(…)`, `jwt(…)`, `userpass(…)`, `certificate(…)`, `aws(…)`, or a
   * function of one's own. Instead of a token.
   */
  readonly auth?: AuthMethod;
  /**
   * The token, `tokenFile(…)`, or a function that gives it for each request; one that gives undefined sends none,
   * as a Vault Agent or Proxy with auto-auth allows. @default none to a Unix socket; elsewhere requests are denied
   * before they are made
   */
  readonly token?: string | TokenFiles | TokenReader;
  /** A namespace of Vault Enterprise or OpenBao. */
  readonly namespace?: string;
  /**
   * The namespace of the auth method and of the token: logins go there, and looking up, renewing and revoking the
   * token. `root` is where all namespaces begin. @default the one that is read from
   */
  readonly authNamespace?: string;
  readonly tls?: TlsOptions;
}

export interface LeaseOptions extends LeaseListeners {
  /** With parameters, asking is a write of them, as `pki/issue/web` wants it: JSON values. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** An `AbortSignal`: calls the request off. */
  readonly signal?: Cancellation;
}

/** A client of Vault or OpenBao. Nothing is contacted before the first read. */
export interface Vault extends AsyncDisposable {
  /** Where Vault is, without credentials; of several addresses the first. */
  readonly address: string;
  /** The namespace that is read from and written to. */
  readonly namespace: string | undefined;
  /**
   * The secrets of one KV mount, of version 1 or 2.
   *
   * @param mount @default 'secret'
   * @throws ConfigurationError for a mount that cannot be a path
   */
  kv(mount?: string, options?: KvOptions): KvMount;
  /**
   * Asks for something that Vault makes and leases, and keeps the lease up: it is renewed, or replaced before it
   * ends, until it is released or revoked, or the client is closed.
   *
   * @param path from the mount on: `database/creds/app`
   * @throws VaultError when Vault could not answer, denied it, or has nothing there
   * @throws ConfigurationError for a path with an empty segment, `.`, `..` or a control character
   */
  lease(path: string, options?: LeaseOptions): Promise<Lease>;
  /**
   * A source for a resolver, over this client. Closing it leaves the client open.
   *
   * @throws ConfigurationError for a mount that cannot be a path
   */
  source(placement?: KvPlacement): Source;
  /**
   * Tells a listener what the client does to be able to answer, and what is done to it: logins, renewals, leases,
   * refusals, and addresses that are left alone. Never a token or a value. What the listener throws surfaces as an
   * uncaught exception.
   *
   * @returns a function that calls it off
   */
  onEvent(listener: (activity: SourceActivity) => void): () => void;
  /**
   * Asks what the client's token may do at some paths, as policies have them (`secret/data/app`): one request. `root`
   * stands for everything, `deny` for nothing.
   *
   * @returns one list for each path
   * @throws VaultError when Vault could not answer, or denied it
   */
  capabilities(
    paths: readonly string[],
    options?: { readonly signal?: Cancellation },
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  /** The `node-vault` client, for all the rest of Vault, over the same connections, token and limits. */
  client(): Promise<NodeVaultClient>;
  /** Ends what is under way and closes every connection; revokes leases and tokens when that was asked for. Final. */
  close(): Promise<void>;
}

/**
 * Makes a client of Vault.
 *
 * @throws ConfigurationError for an address or a number that cannot work, all at once
 * @example
 * const vault = createVault({ address: 'https://vault.example.com:8200', token });
 * const secret = await vault.kv().read('pake_system/production/database');
 */
export function createVault(options: VaultOptions): Vault {
  checkOptions('createVault()', options, vaultNames);
  checkWays(options);
  checkKinds(options);
  const { routes, limits } = readRoutes(options);
  const [{ address }] = routes;
  const { tls = {}, logger, clock = systemClock } = options;
  const namespace = namespaceOf(options.namespace ?? '') || undefined;
  if (tls.skipVerify === true) {
    for (const { address } of routes) if (address.protocol === 'https:') warnUnverified(address.text, logger);
  }
  const activities = new Activities();
  const lasting = lastingClock(clock);
  const { authNamespace } = options;
  const transport = new AuthenticatedTransport(
    { routes, namespace, authNamespace, tls, limits, clock, logger, activities },
    (send) => {
      const onReplaced = () => leases.replaceAll();
      return tokensFor(options, { address, clock: lasting, logger, send, activities, onReplaced });
    },
  );
  const versions = new KvVersions(transport);
  const leases = new Leases({ transport, clock: lasting, logger }, options.revokeLeases === true);
  // Twice as many as there are sockets keep all of them busy.
  const readsAtOnce = 2 * limits.maxSockets;
  const surroundings = { transport, versions, leases, namespace, readsAtOnce, now: () => clock.now() };
  let client: Promise<NodeVaultClient> | undefined;
  let closed: Promise<void> | undefined;

  return Object.freeze({
    address: address.text,
    namespace,
    kv: (mount = placementDefaults.mount, options = {}) => new KvMount(transport, versions, mount, options),
    lease,
    source: (placement = {}) => {
      checkOptions('vault.source()', placement, placementNames);
      return createVaultSource({ ...surroundings, close: () => Promise.resolve() }, placement);
    },
    onEvent: (listener: (activity: SourceActivity) => void) => activities.listen(listener),
    capabilities: (paths: readonly string[], options = {}) => readCapabilities(transport, paths, options),
    client: () => (client ??= createNodeVaultClient(transport)),
    close,
    [Symbol.asyncDispose]: close,
  });

  async function lease(path: string, given: LeaseOptions = {}): Promise<Lease> {
    checkOptions('vault.lease()', given, leaseNames);
    const { parameters, signal, ...listeners } = given;
    const made = await leases.obtain({ path, parameters }, listeners, signal);
    if (made === undefined) throw noSuchPath(address.text, path);
    return made;
  }

  function close(): Promise<void> {
    closed ??= end();
    return closed;
  }

  async function end(): Promise<void> {
    // What is under way then ends, revocations too.
    const callOff = clock.after(revokeWithinMs, () => transport.close());
    const revoked = leases.close();
    if (revoked !== undefined) await revoked;
    await transport.closeTokens();
    callOff();
    transport.close();
    const made = await client?.catch(() => undefined);
    made?.stopAllRenewals();
  }
}

/**
 * A source for a resolver that has Vault to itself: closing it closes the client.
 *
 * @throws ConfigurationError for options that cannot work, all at once
 */
export function vaultSource(options: VaultOptions & KvPlacement): Source {
  checkOptions('vaultSource()', options, { ...vaultNames, ...placementNames });
  const { mount, layout, kvVersion, refreshBy, marker, fullLookEveryMs, ...others } = options;
  const vault = createVault(others);
  const placement = { mount, layout, kvVersion, refreshBy, marker, fullLookEveryMs };
  const given = Object.fromEntries(Object.entries(placement).filter(([, value]) => value !== undefined));
  return { ...vault.source(given), close: () => vault.close() };
}

/**
 * For how long closing waits for Vault to take back what it gave, in milliseconds: that ends by itself, and whoever shuts
 * down has other things to close.
 */
const revokeWithinMs = 3_000;

const leaseNames: OptionNames<LeaseOptions> = {
  parameters: true,
  signal: true,
  onRenewed: true,
  onReplaced: true,
  onFailed: true,
};

/** @throws ConfigurationError for options of options that there are not, or that cannot be */
function checkWays({ tls, proxy }: VaultOptions): void {
  if (tls !== undefined) checkTls(tls);
  if (typeof proxy === 'object') checkOptions('proxy', proxy, { https: true, http: true, except: true });
}
