import { createHmac, randomUUID } from 'node:crypto';
import type { VaultCore } from '../core/vault-core.js';
import { quote } from '../go/format-value.js';
import { parseBool } from '../go/parse-number.js';
import type { JsonValue } from '../json/json-value.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { AUDIT_DEVICES, type AuditDevice } from './audit-device.js';

const devicePath = (path: string): string => `${path.replace(/^\/+|\/+$/g, '')}/`;

const view = (device: AuditDevice): JsonValue => ({
  description: device.description,
  local: device.local,
  options: device.options,
  path: device.path,
  type: device.type,
});

function checkBoolean(options: ReadonlyMap<string, string>, name: string): void {
  const text = options.get(name);
  if (text !== undefined && parseBool(text) === undefined) {
    throw refusal(`strconv.ParseBool: parsing ${quote(text)}: invalid syntax`);
  }
}

/** @throws LogicalFault for a type that there is not, and for options that a device cannot have */
function checkType(type: string, options: ReadonlyMap<string, string>): void {
  if (type !== 'file' && type !== 'socket' && type !== 'syslog') {
    throw refusal(`unknown backend type: "${type}"`);
  }
  if (type === 'file' && !options.has('file_path') && !options.has('path')) {
    throw refusal('file_path is required');
  }
  if (type === 'socket' && !options.has('address')) throw refusal('address is required');
  const format = options.get('format') ?? 'json';
  if (format !== 'json' && format !== 'jsonx') throw refusal(`unknown format type ${quote(format)}`);
  checkBoolean(options, 'hmac_accessor');
  checkBoolean(options, 'log_raw');
}

/** `audit` and `audit-hash` below `sys/`. */
export const auditPaths = (core: VaultCore): readonly BackendPath[] => {
  const devices = core.storage.records(AUDIT_DEVICES);
  return [
    definePath({
      pattern: /^audit-hash\/(?<path>.+)$/,
      fields: { path: 'string', input: 'string' },
      operations: {
        update: ({ fields }) => {
          const input = fields.get('input') ?? '';
          if (input === '') throw refusal('the "input" parameter is empty');
          const path = devicePath(fields.get('path') ?? '');
          const device = devices.get(path);
          if (device === undefined) throw refusal(`unknown audit backend "${path}"`);
          const hash = createHmac('sha256', device.salt).update(input).digest('hex');
          return { data: { hash: `hmac-sha256:${hash}` } };
        },
      },
    }),
    definePath({
      pattern: /^audit$/,
      fields: {},
      operations: {
        read: () => ({
          data: new Map([...devices].map(([path, device]): [string, JsonValue] => [path, view(device)])),
        }),
      },
    }),
    definePath({
      pattern: /^audit\/(?<path>.+)$/,
      fields: { path: 'string', type: 'string', description: 'string', options: 'pairs', local: 'bool' },
      operations: {
        update: ({ fields }) => {
          const path = devicePath(fields.get('path') ?? '');
          const type = fields.get('type') ?? '';
          const options = fields.get('options') ?? new Map<string, string>();
          const taken = [...devices.keys()].some((known) => known.startsWith(path) || path.startsWith(known));
          if (taken) throw refusal('path already in use');
          checkType(type, options);
          devices.set(path, {
            path,
            type,
            description: fields.get('description') ?? '',
            local: fields.get('local') ?? false,
            options,
            salt: randomUUID(),
          });
          return undefined;
        },
        delete: ({ fields }) => {
          devices.delete(devicePath(fields.get('path') ?? ''));
          return undefined;
        },
      },
    }),
  ];
};
