import { randomBytes, randomUUID } from 'node:crypto';
import type { Backend } from '../logical/backend.js';
import { refusal } from '../logical/logical-fault.js';
import { collection, type Storage } from '../state/storage.js';
import { fullPath, type MountConfig, type MountEntry, type MountTableName } from './mount-entry.js';

/** Makes the backend of a mount; undefined where the type is not known. */
export type BackendFactory = (entry: MountEntry, storage: Storage) => Backend | undefined;

/** A mount that a path leads to, and what of the path is below it. */
export interface RoutedMount {
  readonly entry: MountEntry;
  readonly backend: Backend;
  readonly path: string;
}

/** What a new mount is made from. */
export interface NewMount {
  readonly table: MountTableName;
  readonly path: string;
  readonly type: string;
  readonly description: string;
  readonly config: MountConfig;
  readonly options: ReadonlyMap<string, string> | null;
  readonly local?: boolean;
  readonly sealWrap?: boolean;
  readonly externalEntropyAccess?: boolean;
}

const MOUNTS = collection<MountEntry>('mounts');

/** Both mount tables and the backends behind them; finds the backend of a path. */
export class MountTable {
  readonly #entries: Map<string, MountEntry>;
  readonly #backends = new Map<string, Backend>();

  constructor(
    private readonly storage: Storage,
    private readonly factory: BackendFactory,
  ) {
    this.#entries = storage.records(MOUNTS);
  }

  /** Makes the backends of what the state holds. To be called once, when the rest of the core is there. */
  start(): void {
    for (const [path, entry] of this.#entries) {
      const backend = this.factory(entry, this.storageOf(entry));
      if (backend !== undefined) this.#backends.set(path, backend);
    }
  }

  /** The mounts of one table, in no particular order. */
  entries(table: MountTableName): MountEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.table === table);
  }

  get(path: string): MountEntry | undefined {
    return this.#entries.get(path);
  }

  /** Finds the mount of a path; `foo` also means the mount `foo/`. */
  route(path: string): RoutedMount | undefined {
    return this.routeExactly(path) ?? (path.endsWith('/') ? undefined : this.routeExactly(`${path}/`));
  }

  private routeExactly(path: string): RoutedMount | undefined {
    let best = '';
    for (const prefix of this.#entries.keys()) {
      if (prefix.length > best.length && path.startsWith(prefix)) best = prefix;
    }
    const entry = this.#entries.get(best);
    const backend = this.#backends.get(best);
    if (entry === undefined || backend === undefined) return undefined;
    return { entry, backend, path: path.slice(best.length) };
  }

  /** The mount that stands in the way of a new one: the same path, one above it or one below it. */
  conflict(path: string): string | undefined {
    for (const taken of this.#entries.keys()) {
      if (path.startsWith(taken) || taken.startsWith(path)) return taken;
    }
    return undefined;
  }

  /** @throws LogicalFault when the type is not known */
  add(wanted: NewMount): MountEntry {
    const entry: MountEntry = {
      local: false,
      sealWrap: false,
      externalEntropyAccess: false,
      ...wanted,
      accessor: `${wanted.table === 'auth' ? 'auth_' : ''}${wanted.type}_${randomBytes(4).toString('hex')}`,
      uuid: randomUUID(),
    };
    const backend = this.factory(entry, this.storageOf(entry));
    if (backend === undefined) throw refusal(`plugin not found in the catalog: ${wanted.type}`);
    this.#entries.set(fullPath(entry), entry);
    this.#backends.set(fullPath(entry), backend);
    return entry;
  }

  /** Puts changed settings in place of the old ones; the backend is made anew. */
  replace(entry: MountEntry, changed: MountEntry): void {
    this.#entries.delete(fullPath(entry));
    this.#backends.delete(fullPath(entry));
    const backend = this.factory(changed, this.storageOf(changed));
    this.#entries.set(fullPath(changed), changed);
    if (backend !== undefined) this.#backends.set(fullPath(changed), backend);
  }

  remove(entry: MountEntry): void {
    this.#entries.delete(fullPath(entry));
    this.#backends.delete(fullPath(entry));
    this.storageOf(entry).clear();
  }

  storageOf(entry: Pick<MountEntry, 'uuid'>): Storage {
    return this.storage.below(`mount/${entry.uuid}`);
  }
}
