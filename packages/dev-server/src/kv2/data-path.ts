import type { JsonMap } from '../json/json-value.js';
import { failure, refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { DecodeError, decodeInt } from '../logical/weak-decode.js';
import { withFloatNumbers } from './float-numbers.js';
import type { SecretRecord } from './secret-record.js';
import type { SecretStore } from './secret-store.js';
import { addVersion, deleteVersion, isDeleted, newSecret } from './version-rules.js';
import { versionView } from './version-view.js';

function checkAndSet(store: SecretStore, secret: SecretRecord, options: JsonMap | undefined): void {
  const cas = options?.get('cas');
  if (cas === undefined) {
    if (store.config.casRequired || secret.casRequired) {
      throw refusal('check-and-set parameter required for this call');
    }
    return;
  }
  let expected: number;
  try {
    expected = decodeInt(cas);
  } catch (error) {
    throw error instanceof DecodeError ? refusal('error parsing check-and-set parameter') : error;
  }
  if (expected !== secret.currentVersion) {
    throw refusal('check-and-set parameter did not match the current version');
  }
}

/** Finds the version asked for; 0 or nothing stands for the latest. */
function read(store: SecretStore, path: string, wanted: number): LogicalResponse | undefined {
  const secret = store.find(path);
  const number = wanted > 0 ? wanted : (secret?.currentVersion ?? 0);
  const version = secret?.versions.get(number);
  if (version === undefined) return undefined;
  const metadata = { ...versionView(version), version: number };
  if (version.destroyed || isDeleted(version, store.now())) {
    return { status: 404, data: { data: null, metadata } };
  }
  // Vault finds the metadata in spite of a slash at the end, but then not the data.
  if (path.endsWith('/')) throw failure('could not find version data');
  return { data: { data: withFloatNumbers(version.data ?? null), metadata } };
}

/** `data/PATH`: read, write and delete versions. */
export const dataPath = (store: SecretStore): BackendPath => {
  return definePath({
    pattern: /^data\/(?<path>.*)$/,
    fields: { path: 'string', version: 'int', options: 'map', data: 'map' },
    exists: ({ fields }) => store.find(fields.get('path') ?? '') !== undefined,
    operations: {
      read: ({ fields }) => read(store, fields.get('path') ?? '', fields.get('version') ?? 0),
      create: ({ fields }) => write(fields.get('path') ?? '', fields),
      update: ({ fields }) => write(fields.get('path') ?? '', fields),
      delete: ({ fields }) => {
        const secret = store.find(fields.get('path') ?? '');
        deleteVersion(secret?.versions.get(secret.currentVersion), store.now());
        return undefined;
      },
    },
  });

  function write(
    path: string,
    fields: { get(name: 'data' | 'options'): JsonMap | undefined; raw(name: string): unknown },
  ): LogicalResponse {
    const data = fields.get('data');
    if (data === undefined) throw refusal('no data provided');
    const now = store.now();
    const secret = store.find(path) ?? newSecret(now);
    checkAndSet(store, secret, fields.get('options'));
    const version = addVersion(secret, store.config, fields.raw('data') === null ? null : data, now);
    store.put(path, secret);
    return { data: { ...versionView(version), version: secret.currentVersion } };
  }
};
