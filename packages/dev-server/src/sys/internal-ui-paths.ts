import { tokenOf } from '../core/request-flow.js';
import type { VaultCore } from '../core/vault-core.js';
import type { JsonValue } from '../json/json-value.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { mountView } from './mount-view.js';

/** `internal/ui/mounts`: what clients ask to find the KV version of a path. */
export const internalUiPaths = (core: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^internal\/ui\/mounts$/,
    fields: {},
    operations: {
      read: ({ request }) => {
        if (request.clientToken !== '') tokenOf(core, request);
        const view = (table: 'secret' | 'auth'): JsonValue =>
          new Map(
            core.mounts.entries(table).map((entry): [string, JsonValue] => [entry.path, mountView(entry)]),
          );
        return { data: { auth: view('auth'), secret: view('secret') } };
      },
    },
  }),
  definePath({
    pattern: /^internal\/ui\/mounts\/(?<path>.+)$/,
    fields: { path: 'string' },
    operations: {
      read: ({ fields, request }) => {
        const path = `${(fields.get('path') ?? '').replace(/\/+$/, '')}/`;
        tokenOf(core, request);
        const mount = core.mounts.route(path);
        if (mount === undefined) {
          throw refusal(
            `preflight capability check returned 403, please ensure client's policies grant access to path "${path}"`,
            403,
          );
        }
        return { data: { ...mountView(mount.entry), path: mount.entry.path } };
      },
    },
  }),
];
