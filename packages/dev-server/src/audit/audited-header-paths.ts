import type { VaultCore } from '../core/vault-core.js';
import type { JsonValue } from '../json/json-value.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { collection } from '../state/storage.js';

/** Whether a request header is hashed in the audit log, by its name in lower case. */
const AUDITED_HEADERS = collection<boolean>('audited-headers');

/** `config/auditing/request-headers`: which headers of requests the audit log names. */
export const auditedHeaderPaths = (core: VaultCore): readonly BackendPath[] => {
  const headers = core.storage.records(AUDITED_HEADERS);
  return [
    definePath({
      pattern: /^config\/auditing\/request-headers\/(?<header>.+)$/,
      fields: { header: 'string', hmac: 'bool' },
      operations: {
        read: ({ fields }) => {
          const header = fields.get('header') ?? '';
          const hmac = headers.get(header.toLowerCase());
          if (hmac === undefined) throw refusal('Could not find header in config');
          return { data: new Map([[header, { hmac }]]) };
        },
        update: ({ fields }) => {
          headers.set((fields.get('header') ?? '').toLowerCase(), fields.get('hmac') ?? false);
          return undefined;
        },
        delete: ({ fields }) => {
          headers.delete((fields.get('header') ?? '').toLowerCase());
          return undefined;
        },
      },
    }),
    definePath({
      pattern: /^config\/auditing\/request-headers$/,
      fields: {},
      operations: {
        read: () => ({
          data: {
            headers: new Map([...headers].map(([name, hmac]): [string, JsonValue] => [name, { hmac }])),
          },
        }),
      },
    }),
  ];
};
