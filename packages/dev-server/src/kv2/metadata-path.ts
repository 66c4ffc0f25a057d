import { formatDuration } from '../go/duration.js';
import { formatTime } from '../go/timestamp.js';
import type { JsonValue } from '../json/json-value.js';
import { type LogicalResponse, listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import type { SecretRecord } from './secret-record.js';
import type { SecretStore } from './secret-store.js';
import { newSecret } from './version-rules.js';
import { versionView } from './version-view.js';

const view = (secret: SecretRecord): LogicalResponse => ({
  data: {
    cas_required: secret.casRequired,
    created_time: formatTime(secret.createdTime),
    current_version: secret.currentVersion,
    delete_version_after: formatDuration(secret.deleteVersionAfter * 1000),
    max_versions: secret.maxVersions,
    oldest_version: secret.oldestVersion,
    updated_time: formatTime(secret.updatedTime),
    versions: new Map(
      [...secret.versions].map(([number, version]): [string, JsonValue] => [
        String(number),
        versionView(version),
      ]),
    ),
  },
});

/** A number as Vault keeps it: 32 bits without a sign, so that -1 becomes 4294967295. */
export const toUint32 = (number: number): number => number >>> 0;

interface Change {
  readonly maxVersions: number | undefined;
  readonly casRequired: boolean | undefined;
  readonly deleteVersionAfter: number | undefined;
}

/** Changes what the request names and nothing else. */
function change(store: SecretStore, path: string, wanted: Change): LogicalResponse | undefined {
  if (Object.values(wanted).every((value) => value === undefined)) return undefined;
  const secret = store.find(path) ?? newSecret(store.now());
  if (wanted.maxVersions !== undefined) secret.maxVersions = toUint32(wanted.maxVersions);
  if (wanted.casRequired !== undefined) secret.casRequired = wanted.casRequired;
  if (wanted.deleteVersionAfter !== undefined) secret.deleteVersionAfter = wanted.deleteVersionAfter;
  store.put(path, secret);
  if (wanted.casRequired !== false || !store.config.casRequired) return undefined;
  return {
    warnings: ['"cas_required" set to false, but is mandated by backend config. This value will be ignored.'],
  };
}

/** `metadata/PATH`: what is known of a secret besides its data. */
export const metadataPath = (store: SecretStore): BackendPath => {
  const write = (fields: {
    get(name: 'path'): string | undefined;
    get(name: 'max_versions' | 'delete_version_after'): number | undefined;
    get(name: 'cas_required'): boolean | undefined;
  }): LogicalResponse | undefined =>
    change(store, fields.get('path') ?? '', {
      maxVersions: fields.get('max_versions'),
      casRequired: fields.get('cas_required'),
      deleteVersionAfter: fields.get('delete_version_after'),
    });
  return definePath({
    pattern: /^metadata\/(?<path>.*)$/,
    fields: { path: 'string', cas_required: 'bool', max_versions: 'int', delete_version_after: 'duration' },
    exists: ({ fields }) => store.find(fields.get('path') ?? '') !== undefined,
    operations: {
      read: ({ fields }) => {
        const secret = store.find(fields.get('path') ?? '');
        return secret && view(secret);
      },
      create: ({ fields }) => write(fields),
      update: ({ fields }) => write(fields),
      delete: ({ fields }) => {
        store.remove(fields.get('path') ?? '');
        return undefined;
      },
      list: ({ fields }) => listing(store.list(fields.get('path') ?? '')),
    },
  });
};
