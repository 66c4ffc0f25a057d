import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import type { SecretRecord } from './secret-record.js';
import type { SecretStore } from './secret-store.js';
import { deleteVersion, destroyVersion, undeleteVersion } from './version-rules.js';

/** A path that does one thing to each of the versions that the request names. */
const versionsPath = (
  store: SecretStore,
  pattern: RegExp,
  missing: string,
  act: (secret: SecretRecord, version: number) => void,
): BackendPath =>
  definePath({
    pattern,
    fields: { path: 'string', versions: 'commaInts' },
    operations: {
      update: ({ fields }) => {
        const versions = fields.get('versions') ?? [];
        if (versions.length === 0) throw refusal(missing);
        const secret = store.find(fields.get('path') ?? '');
        if (secret !== undefined) for (const version of versions) act(secret, version);
        return undefined;
      },
    },
  });

/** `delete/PATH`, `undelete/PATH` and `destroy/PATH`: chosen versions. */
export const versionPaths = (store: SecretStore): readonly BackendPath[] => [
  versionsPath(store, /^destroy\/(?<path>.*)$/, 'no version number provided', (secret, number) => {
    destroyVersion(secret.versions.get(number));
  }),
  versionsPath(store, /^delete\/(?<path>.*)$/, 'No version number provided', (secret, number) => {
    deleteVersion(secret.versions.get(number), store.now());
  }),
  versionsPath(store, /^undelete\/(?<path>.*)$/, 'No version number provided', (secret, number) => {
    undeleteVersion(secret.versions.get(number), secret, store.config, store.now());
  }),
];
