import { checkOptions, isStrongroomError } from '@strongroom/core';
import {
  type Cancellation,
  type KvAbsent,
  type KvFound,
  type KvMount,
  mayHaveLostDigits,
  type Vault,
} from '@strongroom/vault';
import type { Origin } from '../entry.js';
import type { Reading } from './reading.js';
import { ReadingDraft } from './reading-draft.js';

export interface ReadVaultOptions {
  readonly vault: Vault;
  /** The KV mount, of version 1 or 2. */
  readonly mount: string;
  /** The path whose secret is read, with all secrets below it. @default the whole mount */
  readonly path?: string;
  /** How many secrets are read at one time. @default 16 */
  readonly parallel?: number;
  /** An `AbortSignal`: calls the reading off. */
  readonly signal?: Cancellation;
}

/** No mount that one migration reads has more. */
const maxSecrets = 100_000;

/**
 * Reads the latest version of the secret at a path of a KV mount, and of all that lie below it. An entry is named by the
 * path of its secret below the given one, and its key: `database/url`. Values stay the JSON that they are. What is
 * deleted, null, a number that JavaScript cannot hold, or a name that no request can ask for is left out with a warning.
 *
 * @throws VaultError when Vault could not answer, or denied the listing or a secret that it listed
 */
export async function readVault(options: ReadVaultOptions): Promise<Reading> {
  checkOptions('readVault()', options, {
    vault: true,
    mount: true,
    path: true,
    parallel: true,
    signal: true,
  });
  const { vault, mount, path = '', parallel = 16, signal } = options;
  const kv = vault.kv(mount);
  const cancel = signal === undefined ? {} : { signal };
  const top = path.replace(/^\/+|\/+$/g, '');
  const { paths, complete } = await kv.listAll(top, { maxSecrets, concurrency: parallel, ...cancel });

  const own = top === '' ? undefined : await readOwn(kv, top, paths.length > 0, cancel);
  const secrets = await readAll(kv, paths, parallel, cancel);

  const draft = new ReadingDraft();
  const all = top === '' ? kv.mount : `${kv.mount}/${top}`;
  const at = (place: string): Origin => ({ reader: 'vault', place });
  if (own === 'denied') {
    const message = 'the secret itself may not be read; if there is one, it is left out.';
    draft.warn('not-read', at(all), message);
  } else if (own !== undefined) addSecret(draft, own, '', at(all));
  for (const below of paths) {
    const secret = secrets.get(below);
    const name = top === '' ? below : below.slice(top.length + 1);
    if (secret !== undefined) addSecret(draft, secret, `${name}/`, at(`${kv.mount}/${below}`));
  }
  if (!complete) {
    const message = `not all below it is read: it has more than ${maxSecrets} secrets, too many folders in each other, or names that cannot be asked for.`;
    draft.warn('not-read', at(all), message);
  }
  return draft.finish();
}

/** Reads so many at a time. After a failure nothing more is begun. */
async function readAll(
  kv: KvMount,
  paths: readonly string[],
  parallel: number,
  cancel: { readonly signal?: Cancellation },
): Promise<ReadonlyMap<string, KvFound | KvAbsent>> {
  const secrets = new Map<string, KvFound | KvAbsent>();
  const rest = [...paths];
  const worker = async (): Promise<void> => {
    try {
      for (let path = rest.pop(); path !== undefined; path = rest.pop())
        secrets.set(path, await kv.read(path, cancel));
    } finally {
      rest.length = 0;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, paths.length)) }, worker));
  return secrets;
}

/** The secret at the path itself, which a policy for all below it does not cover. */
async function readOwn(
  kv: KvMount,
  path: string,
  hasOthers: boolean,
  cancel: { readonly signal?: Cancellation },
): Promise<KvFound | KvAbsent | 'denied'> {
  try {
    return await kv.read(path, cancel);
  } catch (error) {
    if (hasOthers && isStrongroomError(error, 'SOURCE_DENIED')) return 'denied';
    throw error;
  }
}

function addSecret(draft: ReadingDraft, secret: KvFound | KvAbsent, prefix: string, origin: Origin): void {
  if (secret.status === 'absent') {
    if (secret.reason === 'no-such-path') return;
    draft.warn(
      'not-read',
      origin,
      `the latest version is ${secret.reason === 'version-deleted' ? 'deleted' : 'destroyed'}.`,
    );
    return;
  }
  for (const [key, value] of Object.entries(secret.data)) {
    const name = prefix + key;
    if (value === null) draft.warn('not-read', origin, `${name} has no value (null).`, name);
    else if (mayHaveLostDigits(value)) {
      draft.warn(
        'not-read',
        origin,
        `${name} has a number with more digits than JavaScript holds, and is left out.`,
        name,
      );
    } else draft.add(name, value, origin);
  }
}
