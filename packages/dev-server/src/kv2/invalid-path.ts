import type { LogicalRequest } from '../logical/logical-request.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';

const ROOTS = new Set(['metadata', 'data', 'delete', 'undelete', 'destroy']);

const answer = (request: LogicalRequest, command: string): LogicalResponse => ({
  status: 404,
  data: null,
  warnings: [
    ROOTS.has(request.path)
      ? 'Non-listing operations on the root of a K/V v2 mount are not supported.'
      : `Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv ${command}' for this operation.`,
  ],
});

/** Every other path, most of them in the form of KV version 1: 404 with a hint. */
export const invalidPath = (): BackendPath =>
  definePath({
    pattern: /^.*$/,
    fields: {},
    operations: {
      read: ({ request }) => answer(request, 'get'),
      update: ({ request }) => answer(request, 'put'),
      delete: ({ request }) => answer(request, 'delete'),
      list: ({ request }) => answer(request, 'list'),
    },
  });
