import type { VaultCore } from '../core/vault-core.js';
import { JsonNumber, type JsonValue } from '../json/json-value.js';
import { SecretStore } from '../kv2/secret-store.js';
import { addVersion, newSecret } from '../kv2/version-rules.js';
import { DevServerError } from './dev-server-error.js';
import type { SeedSecrets } from './options.js';

const invalid = (message: string): DevServerError => new DevServerError('SEED_INVALID', message);

function toJson(value: unknown, where: string): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return new JsonNumber(String(value));
  if (Array.isArray(value)) return value.map((item) => toJson(item, where));
  if (typeof value === 'object') return toMap(value, where);
  throw invalid(`The seed of "${where}" holds something that JSON has no form for.`);
}

const toMap = (value: object, where: string): ReadonlyMap<string, JsonValue> =>
  new Map(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]): [string, JsonValue] => [key, toJson(item, where)]),
  );

/** Writes secrets below `secret/` as new versions. @throws DevServerError with SEED_INVALID */
export function seedSecrets(core: VaultCore, secrets: SeedSecrets): void {
  const entry = core.mounts.get('secret/');
  if (entry?.type !== 'kv' || entry.options?.get('version') !== '2') {
    throw invalid('There is no KV version 2 mount at "secret/" to seed.');
  }
  const store = new SecretStore(core.mounts.storageOf(entry), core.now);
  // All is checked before anything is written.
  const checked = Object.entries(secrets).map(([path, data]) => {
    if (path === '' || path.split('/').some((segment) => segment === '' || /^\.{1,2}$/.test(segment))) {
      throw invalid(`"${path}" is not the path of a secret: no empty, "." or ".." segments.`);
    }
    return { path, data: toMap(data, path) };
  });
  for (const { path, data } of checked) {
    const secret = store.find(path) ?? newSecret(core.now());
    addVersion(secret, store.config, data, core.now());
    store.put(path, secret);
  }
}
