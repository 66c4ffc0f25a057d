import type { KvMount } from '@strongroom/vault';

/** A version of a secret. In KV version 1, which counts none, both are undefined. */
export interface Stand {
  /** 0 for a secret that never was. */
  readonly version: number | undefined;
  /** In milliseconds since 1970; tells the versions of a secret from those of one made anew. None where nothing is. */
  readonly createdTime: number | undefined;
}

/** What one path of Vault holds. */
export interface GroupState extends Stand {
  readonly path: string;
  /** Undefined where nothing is, or the latest version is deleted. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

/** Reads a path: one request. */
export async function readGroup(
  kv: KvMount,
  path: string,
  { signal, version }: { readonly signal?: AbortSignal | undefined; readonly version?: number } = {},
): Promise<GroupState> {
  const read = await kv.read(path, {
    ...(signal === undefined ? {} : { signal }),
    ...(version === undefined ? {} : { version }),
  });
  if (read.status === 'found') {
    return { path, data: read.data, version: read.version, createdTime: read.createdTime };
  }
  return { path, data: undefined, version: read.version ?? 0, createdTime: undefined };
}

/** The value of a key, `__proto__` too; undefined where there is none. */
export const valueIn = (data: GroupState['data'], key: string): unknown =>
  data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;

/** The data with some keys set, and others removed; what is not named stays. */
export function merged(
  data: GroupState['data'],
  set: Iterable<readonly [key: string, value: unknown]>,
  removed: Iterable<string> = [],
): Readonly<Record<string, unknown>> {
  // Without a prototype `__proto__` is a key like any other.
  const result = Object.assign(Object.create(null) as Record<string, unknown>, data);
  for (const [key, value] of set) result[key] = value;
  for (const key of removed) delete result[key];
  return result;
}

/** In a form that JSON keeps. */
export const standOf = ({ version, createdTime }: Stand): Stand => ({ version, createdTime });

export const sameStand = (one: Stand, other: Stand): boolean =>
  one.version === other.version && one.createdTime === other.createdTime;
