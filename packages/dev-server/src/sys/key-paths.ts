import type { VaultCore } from '../core/vault-core.js';
import { formatDuration } from '../go/duration.js';
import { formatTime } from '../go/timestamp.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { collection } from '../state/storage.js';

interface KeyStatus {
  readonly term: number;
  readonly installTime: number;
}

/** When Vault makes a new key by itself. */
interface RotationConfig {
  readonly maxOperations: number;
  /** Seconds; 0 for never. */
  readonly interval: number;
  readonly enabled: boolean;
}

const MIN_OPERATIONS = 1_000_000;
const MAX_OPERATIONS = 3_865_470_566;
const MIN_INTERVAL = 86_400;

const ROTATION = collection<RotationConfig>('rotation');
const KEY_STATUS = collection<KeyStatus>('key-status');

/** `key-status`, `rotate` and its `config`: there is no encryption key behind it, but its term is counted. */
export const keyPaths = (core: VaultCore): readonly BackendPath[] => {
  const records = core.storage.records(KEY_STATUS);
  const first = records.get('') ?? { term: 1, installTime: core.now() };
  records.set('', first);
  const rotations = core.storage.records(ROTATION);
  const rotation = (): RotationConfig =>
    rotations.get('') ?? { maxOperations: MAX_OPERATIONS, interval: 0, enabled: true };
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
    definePath({
      pattern: /^rotate\/config$/,
      fields: { max_operations: 'int', interval: 'duration', enabled: 'bool' },
      operations: {
        read: () => {
          const { maxOperations, interval, enabled } = rotation();
          return {
            data: {
              enabled,
              interval: interval === 0 ? 0 : formatDuration(interval * 1000),
              max_operations: maxOperations,
            },
          };
        },
        update: ({ fields }) => {
          const known = rotation();
          const interval = fields.get('interval') ?? known.interval;
          const maxOperations = fields.get('max_operations') ?? known.maxOperations;
          if (interval !== 0 && interval < MIN_INTERVAL) {
            throw refusal(`interval must be greater or equal to ${formatDuration(MIN_INTERVAL * 1000)}`);
          }
          if (maxOperations < MIN_OPERATIONS || maxOperations > MAX_OPERATIONS) {
            throw refusal(`max_operations must be in the range [${MIN_OPERATIONS},${MAX_OPERATIONS}]`);
          }
          rotations.set('', { maxOperations, interval, enabled: fields.get('enabled') ?? known.enabled });
          return undefined;
        },
      },
    }),
    definePath({
      pattern: /^rekey\/(?:backup|recovery-key-backup)$/,
      fields: {},
      operations: {
        // Only keys that are encrypted with PGP are ever kept, and there are none.
        read: () => {
          throw refusal('no backed-up keys found');
        },
        delete: () => undefined,
      },
    }),
  ];
};
