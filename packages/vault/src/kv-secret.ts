import type { KvAbsent, KvFound } from './kv-reader.js';

/**
 * Reads the body of an answer to a KV read, of which nothing is taken for granted.
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
    // Without a prototype an inherited name is no key, and assigning `__proto__` makes a key like any other.
    return { status: 'found', data: Object.assign(Object.create(null), data), version, createdTime };
  }
  if (own(secret, 'data') !== null) return undefined;
  if (own(metadata, 'destroyed') === true) return { status: 'absent', reason: 'version-destroyed', version };
  const deleted = own(metadata, 'deletion_time');
  if (typeof deleted !== 'string' || deleted === '') return undefined;
  return { status: 'absent', reason: 'version-deleted', version };
}

function objectAt(holder: unknown, name: string): object | undefined {
  const value = typeof holder === 'object' && holder !== null ? own(holder, name) : undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** A property that the JSON had, never an inherited one. */
const own = (holder: object, name: string): unknown =>
  Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
