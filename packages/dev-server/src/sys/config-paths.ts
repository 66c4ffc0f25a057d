import type { VaultCore } from '../core/vault-core.js';
import { sortedByBytes } from '../go/compare-bytes.js';
import { failure, refusal } from '../logical/logical-fault.js';
import { listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { collection } from '../state/storage.js';
import { CORS, STANDARD_HEADERS } from './cors-config.js';

const CSP = 'overriding default Content-Security-Policy which is secure by default, proceed with caution';

const UI_HEADERS = collection<readonly string[]>('ui-headers');

const corsPath = (core: VaultCore): BackendPath => {
  const configs = core.storage.records(CORS);
  return definePath({
    pattern: /^config\/cors$/,
    fields: { enable: 'bool', allowed_origins: 'commaStrings', allowed_headers: 'commaStrings' },
    operations: {
      read: () => {
        const config = configs.get('');
        if (config === undefined) return { data: { enabled: false } };
        return { data: { enabled: true, allowed_origins: config.origins, allowed_headers: config.headers } };
      },
      update: ({ fields }) => {
        const origins = fields.get('allowed_origins') ?? [];
        if (origins.length === 0) throw failure('at least one origin or the wildcard must be provided.');
        if (origins.includes('*') && origins.length > 1) {
          throw failure("to allow all origins the '*' must be the only value for allowed_origins");
        }
        // Vault adds to what is there, until the configuration is deleted.
        const headers = [
          ...(configs.get('')?.headers ?? []),
          ...STANDARD_HEADERS,
          ...(fields.get('allowed_headers') ?? []),
        ];
        configs.set('', { origins, headers });
        return undefined;
      },
      delete: () => {
        configs.delete('');
        return undefined;
      },
    },
  });
};

const canonical = (name: string): string =>
  name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());

const uiHeaderPaths = (core: VaultCore): readonly BackendPath[] => {
  const headers = core.storage.records(UI_HEADERS);
  return [
    definePath({
      pattern: /^config\/ui\/headers\/$/,
      fields: {},
      operations: { list: () => listing(sortedByBytes(headers.keys())) },
    }),
    definePath({
      pattern: /^config\/ui\/headers\/(?<header>\w(?:[\w.-]*\w)?)$/,
      fields: { header: 'string', values: 'strings', multivalue: 'bool' },
      operations: {
        read: ({ fields }) => {
          const values = headers.get(canonical(fields.get('header') ?? ''));
          if (values === undefined) return undefined;
          return { data: fields.get('multivalue') ? { values } : { value: values[0] ?? '' } };
        },
        update: ({ fields }) => {
          const values = fields.get('values') ?? [];
          const header = fields.get('header') ?? '';
          if (values.length === 0) throw refusal('header and values must be specified');
          if (/^x-vault-/i.test(header)) throw refusal('X-Vault headers cannot be set');
          headers.set(canonical(header), values);
          return { data: null, ...(/^content-security-policy$/i.test(header) ? { warnings: [CSP] } : {}) };
        },
        delete: ({ fields }) => {
          headers.delete(canonical(fields.get('header') ?? ''));
          return undefined;
        },
      },
    }),
  ];
};

/** `config/…`: CORS and the headers of the user interface. */
export const configPaths = (core: VaultCore): readonly BackendPath[] => [
  corsPath(core),
  ...uiHeaderPaths(core),
];
