import type { VaultCore } from '../core/vault-core.js';
import { formatTime } from '../go/timestamp.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { collection } from '../state/storage.js';

interface KeyStatus {
  readonly term: number;
  readonly installTime: number;
}

const KEY_STATUS = collection<KeyStatus>('key-status');

/** `key-status` and `rotate`: there is no encryption key behind it, but its term is counted. */
export const keyPaths = (core: VaultCore): readonly BackendPath[] => {
  const records = core.storage.records(KEY_STATUS);
  const first = records.get('') ?? { term: 1, installTime: core.now() };
  records.set('', first);
  const status = (): KeyStatus => records.get('') ?? first;
  return [
    definePath({
      pattern: /^key-status$/,
      fields: {},
      operations: {
        read: () => ({
          data: { encryptions: 0, install_time: formatTime(status().installTime), term: status().term },
        }),
      },
    }),
    definePath({
      pattern: /^rotate$/,
      fields: {},
      operations: {
        update: () => {
          records.set('', { term: status().term + 1, installTime: core.now() });
          return undefined;
        },
      },
    }),
  ];
};
