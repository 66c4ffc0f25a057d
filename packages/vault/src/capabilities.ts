import { checkOptions, notAskable, problem } from './configuration-problem.js';
import { objectAt, own } from './json-object.js';
import { policyLine } from './kv/kv-path.js';
import { refusal } from './refusal.js';
import type { Cancellation } from './transport/cancellation.js';
import type { Transport, VaultRequest } from './transport/transport.js';
import { VaultError } from './vault-error.js';

const endpoint = 'sys/capabilities-self';

/** Asks Vault what the client's token may do at some paths: one request. */
export async function readCapabilities(
  transport: Transport,
  paths: readonly string[],
  options: { readonly signal?: Cancellation },
): Promise<ReadonlyMap<string, readonly string[]>> {
  checkOptions('vault.capabilities()', options, { signal: true });
  if (!Array.isArray(paths)) {
    throw notAskable([problem('paths', 'is no list of paths', 'Give a list, also of one path.')]);
  }
  if (paths.length === 0) return new Map();
  const request: VaultRequest = {
    method: 'POST',
    path: `/v1/${endpoint}`,
    body: JSON.stringify({ paths }),
    signal: options.signal,
  };
  const answer = await transport.send(request);
  const { status, body, address } = answer;
  if (status !== 200) throw refusal(answer, request, transport, { policy: policyLine(endpoint, 'update') });
  const data = objectAt(body, 'data');
  const entries = paths.map((path) => [path, data === undefined ? undefined : own(data, path)] as const);
  if (!entries.every((entry): entry is readonly [string, readonly string[]] => isTexts(entry[1]))) {
    throw new VaultError('SOURCE_MALFORMED', `Vault at ${address} did not say what the token may do`, {
      address,
      path: request.path,
      status,
      hint: 'Check that the address is Vault itself.',
    });
  }
  return new Map(entries);
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
