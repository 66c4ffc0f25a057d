import { dataOf, objectAt, own, timeOf } from '../json-object.js';
import { requestIdOf } from '../request-id.js';

/** A KV secret that is there. */
export interface KvFound {
  readonly status: 'found';
  /** Its keys and values, without a prototype: every name in it is a key, `__proto__` too. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Undefined in KV version 1, which counts none. */
  readonly version: number | undefined;
  /** When the version was written, in milliseconds since 1970. Undefined in KV version 1. */
  readonly createdTime: number | undefined;
  /** By which Vault's own audit log knows the read. Undefined where Vault did not say. */
  readonly requestId?: string;
}

/** There is no such secret, or not in this version. */
export interface KvAbsent {
  readonly status: 'absent';
  readonly reason: 'no-such-path' | 'version-deleted' | 'version-destroyed';
  /** The version that is deleted or destroyed. */
  readonly version?: number;
}

/**
 * Reads the body of an answer to a read of KV version 2, of which nothing is taken for granted.
 *
 * @returns undefined for any other shape
 */
export function readSecret(body: unknown): KvFound | KvAbsent | undefined {
  const secret = objectAt(body, 'data');
  const metadata = objectAt(secret, 'metadata');
  if (secret === undefined || metadata === undefined) return undefined;
  const version = own(metadata, 'version');
  const createdTime = timeOf(own(metadata, 'created_time'));
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) return undefined;
  if (createdTime === undefined) return undefined;

  const data = objectAt(secret, 'data');
  if (data !== undefined) {
    return { status: 'found', data: dataOf(data), version, createdTime, ...requestOf(body) };
  }
  if (own(secret, 'data') !== null) return undefined;
  if (own(metadata, 'destroyed') === true) return { status: 'absent', reason: 'version-destroyed', version };
  const deleted = own(metadata, 'deletion_time');
  if (typeof deleted !== 'string' || deleted === '') return undefined;
  return { status: 'absent', reason: 'version-deleted', version };
}

/** Reads the body of an answer to a read of KV version 1: there the whole of `data` is the secret. */
export function readSecretOfVersion1(body: unknown): KvFound | undefined {
  const data = objectAt(body, 'data');
  return (
    data && {
      status: 'found',
      data: dataOf(data),
      version: undefined,
      createdTime: undefined,
      ...requestOf(body),
    }
  );
}

function requestOf(body: unknown): Pick<KvFound, 'requestId'> {
  const requestId = requestIdOf(body);
  return requestId === undefined ? {} : { requestId };
}

/** KV version 1 says for how long a secret may be kept, version 2 does not. */
export const saysDuration = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && Number(own(body, 'lease_duration') ?? 0) > 0;
