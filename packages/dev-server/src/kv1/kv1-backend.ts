import { childrenOf } from '../go/children-of.js';
import { DurationError, parseDuration } from '../go/duration.js';
import type { JsonMap } from '../json/json-value.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalRequest } from '../logical/logical-request.js';
import { listing } from '../logical/logical-response.js';
import { definePath, PathBackend } from '../logical/path-backend.js';
import { collection, type Storage } from '../state/storage.js';

export const KV1_SECRETS = collection<JsonMap>('kv1');

/** The TTL that a secret names for itself, in seconds; a hint for readers, nothing expires. */
function hintedTtl(data: JsonMap, fallback: number): number {
  const hint = data.get('ttl') ?? data.get('lease');
  if (hint === undefined) return fallback;
  try {
    return Math.trunc(parseDuration(hint) / 1000);
  } catch (error) {
    if (error instanceof DurationError) return fallback;
    throw error;
  }
}

/** The KV secrets engine, version 1. `defaultTtl`: seconds, what answers name as lease duration. */
export function kv1Backend(storage: Storage, defaultTtl: number): PathBackend {
  const secrets = storage.records(KV1_SECRETS);
  const write = (request: LogicalRequest): undefined => {
    if (request.path === '') throw refusal('missing path');
    if (request.data.size === 0) throw refusal('missing data fields');
    secrets.set(request.path, request.data);
    return undefined;
  };
  return new PathBackend([
    definePath({
      pattern: /^(?<path>.*)$/,
      fields: { path: 'string' },
      exists: ({ request }) => secrets.has(request.path),
      operations: {
        read: ({ request }) => {
          const data = secrets.get(request.path);
          if (data === undefined) return undefined;
          const lease = { leaseId: '', duration: hintedTtl(data, defaultTtl), renewable: false };
          return { data, lease };
        },
        create: ({ request }) => write(request),
        update: ({ request }) => write(request),
        delete: ({ request }) => {
          secrets.delete(request.path);
          return undefined;
        },
        list: ({ request }) => listing(childrenOf(secrets.keys(), request.path)),
      },
    }),
  ]);
}
