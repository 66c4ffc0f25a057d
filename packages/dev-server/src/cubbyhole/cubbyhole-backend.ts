import { childrenOf } from '../go/children-of.js';
import { failure } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import { listing } from '../logical/logical-response.js';
import { definePath, PathBackend } from '../logical/path-backend.js';
import type { Cubbyholes } from './cubbyholes.js';

const checkPath = (path: string): void => {
  if (path === '') throw failure('missing path');
};

/** The secrets engine `cubbyhole/`: what a token keeps, no other token sees. */
export function cubbyholeBackend(cubbyholes: Cubbyholes): PathBackend {
  const write = (request: LogicalRequest, path: string): undefined => {
    checkPath(path);
    if (request.data.size === 0) throw failure('missing data fields');
    cubbyholes.put(request.clientToken, path, request.data);
    return undefined;
  };
  return new PathBackend([
    definePath({
      pattern: /^(?<path>.*)$/,
      fields: { path: 'string' },
      exists: ({ request }) => cubbyholes.of(request.clientToken).has(request.path),
      operations: {
        read: ({ request }) => {
          checkPath(request.path);
          const data = cubbyholes.of(request.clientToken).get(request.path);
          return data && { data };
        },
        create: ({ request }) => write(request, request.path),
        update: ({ request }) => write(request, request.path),
        delete: ({ request }) => {
          checkPath(request.path);
          cubbyholes.delete(request.clientToken, request.path);
          return undefined;
        },
        list: ({ request }) => listing(childrenOf(cubbyholes.of(request.clientToken).keys(), request.path)),
      },
    }),
  ]);
}
