import { formatDuration } from '../go/duration.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { toUint32 } from './metadata-path.js';
import type { SecretStore } from './secret-store.js';

/** `config`: the settings of the mount. */
export const configPath = (store: SecretStore): BackendPath =>
  definePath({
    pattern: /^config$/,
    fields: { max_versions: 'int', cas_required: 'bool', delete_version_after: 'signedDuration' },
    operations: {
      read: () => ({
        data: {
          cas_required: store.config.casRequired,
          delete_version_after: formatDuration(store.config.deleteVersionAfter * 1000),
          max_versions: store.config.maxVersions,
        },
      }),
      update: ({ fields }) => {
        const maxVersions = fields.get('max_versions');
        const casRequired = fields.get('cas_required');
        const deleteVersionAfter = fields.get('delete_version_after');
        if (maxVersions !== undefined) store.config.maxVersions = toUint32(maxVersions);
        if (casRequired !== undefined) store.config.casRequired = casRequired;
        // Any negative duration means the same: switched off.
        if (deleteVersionAfter !== undefined) {
          store.config.deleteVersionAfter = Math.max(deleteVersionAfter, -1);
        }
        return undefined;
      },
    },
  });
