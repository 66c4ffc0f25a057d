import type NodeVault from 'node-vault';
import { notAskable, problem } from './configuration-problem.js';
import type { Transport } from './transport/transport.js';
import { vaultMessages } from './vault-messages.js';

/** Options and answers of `node-vault` are JSON objects, which it does not describe further. */
type Options = Readonly<Record<string, unknown>>;

type Emitter =
  | 'on'
  | 'once'
  | 'off'
  | 'removeListener'
  | 'removeAllListeners'
  | 'emit'
  | 'listeners'
  | 'listenerCount'
  | 'eventNames';
type Basics =
  | 'handleVaultResponse'
  | 'apiVersion'
  | 'endpoint'
  | 'token'
  | 'request'
  | 'commands'
  | 'generateFunction'
  | 'help'
  | 'write'
  | 'read'
  | 'list'
  | 'delete'
  | 'update'
  | 'startTokenRenewal'
  | 'stopTokenRenewal'
  | 'startLeaseRenewal'
  | 'stopLeaseRenewal'
  | 'stopAllRenewals';
type Command = Exclude<keyof NodeVault.client, Emitter | Basics>;

/** The client of the package `node-vault`, with its own names. What it throws for a refusal is its own error. */
export type NodeVaultClient = {
  /** One of `node-vault`'s commands: `mounts`, `addPolicy`, `tokenCreate` and many more. */
  readonly [C in Command]: (options?: Options) => Promise<unknown>;
} & {
  help(path: string, options?: Options): Promise<unknown>;
  read(path: string, options?: Options): Promise<unknown>;
  write(path: string, data: Options, options?: Options): Promise<unknown>;
  update(path: string, data: Options, options?: Options): Promise<unknown>;
  list(path: string, options?: Options): Promise<unknown>;
  delete(path: string, options?: Options): Promise<unknown>;
  request(options: Options & { readonly path: string; readonly method: string }): Promise<unknown>;
  /** The timers of token and lease renewal; closing the client stops them too. */
  stopAllRenewals(): void;
};

/** What `node-vault` asks of the library that makes its requests. */
interface RequestOptions {
  readonly method: string;
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** Stands for the transport's token, which node-vault does not get: without one it would take VAULT_TOKEN. */
const ownToken = 'the token of the transport';

/** Commands whose answer holds a token, but are no logins. */
const makingTokens = ['tokenCreate', 'tokenCreateOrphan', 'tokenCreateRole', 'tokenRenew', 'tokenRenewSelf'];

/**
 * Makes the `node-vault` client over a transport. The package is loaded now, and not before.
 */
export async function createNodeVaultClient(transport: Transport): Promise<NodeVaultClient> {
  const { default: nodeVault } = await import('node-vault');
  const client: NodeVault.client & { namespace?: string | undefined; pathPrefix?: string } = nodeVault({
    endpoint: transport.address,
    token: ownToken,
    // Its own debug prints tokens and values.
    debug: () => undefined,
    'request-promise': { defaults: () => (options: RequestOptions) => send(options, transport) },
  });
  // What it would otherwise take from VAULT_NAMESPACE and VAULT_PREFIX; the transport adds both by itself.
  client.namespace = undefined;
  client.pathPrefix = '';
  // It would go on with a token that it made for somebody else, or with today's when another login has replaced that.
  for (const name of makingTokens) {
    const command = client.commands[name];
    if (command === undefined) continue;
    // Its types do not know the field.
    const plain: typeof command & { readonly tokenSource: false } = { ...command, tokenSource: false };
    client.generateFunction(name, plain);
  }
  // The same methods, of which node-vault's types say less.
  return client as unknown as NodeVaultClient;
}

async function send({ method, uri, headers, json }: RequestOptions, transport: Transport) {
  const path = pathOf(uri, transport.address);
  // Only where all namespaces begin they are answered; with another one newer servers refuse them.
  const own: Record<string, string> = aboutTheServer.test(path) ? { 'x-vault-namespace': '' } : {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== ownToken) own[name.toLowerCase()] = String(value);
  }
  const { status, body } = await transport.send({
    method: method.toUpperCase(),
    path,
    headers: own,
    anyText: true,
    ...(typeof json === 'object' && json !== null ? { body: JSON.stringify(json) } : {}),
  });
  const done = status === 200 || status === 204 || /\/sys\/health(?:\?|$)/.test(path);
  return {
    statusCode: status,
    // node-vault puts the body into its errors: only Vault's messages may go there.
    body: done ? body : { errors: vaultMessages(body, method, transport) },
    request: { path },
  };
}

/** What tells of the server rather than of what is in it. */
const aboutTheServer = /^\/v1\/sys\/(?:health|init|leader|seal-status)(?:\?|$)/;

/** The path of a request, if it stays on the address. `node-vault` encodes nothing. */
function pathOf(uri: string, address: string): string {
  const raw = uri.startsWith(`${address}/`) ? uri.slice(address.length) : undefined;
  const path = raw?.split(/[?#]/, 1)[0] ?? '';
  if (
    raw?.startsWith('/v1/') !== true ||
    /\p{C}/u.test(raw) ||
    /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(path)
  ) {
    throw notAskable([
      problem('path', 'leaves the address of Vault, or has a segment "." or ".." or a control character'),
    ]);
  }
  const url = new URL(raw, 'http://vault');
  return url.pathname + url.search;
}
