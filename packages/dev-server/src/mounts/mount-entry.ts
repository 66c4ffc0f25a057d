/** The settings of a mount that can be tuned. TTLs are seconds; 0 stands for the server's own. */
export interface MountConfig {
  readonly defaultLeaseTtl: number;
  readonly maxLeaseTtl: number;
  readonly forceNoCache: boolean;
  readonly listingVisibility?: string;
  readonly tokenType?: string;
  readonly passthroughRequestHeaders?: readonly string[];
  readonly allowedResponseHeaders?: readonly string[];
  readonly auditNonHmacRequestKeys?: readonly string[];
  readonly auditNonHmacResponseKeys?: readonly string[];
}

/** Which of the two mount tables. An auth method at `auth/x/` has the path `x/` in its table. */
export type MountTableName = 'secret' | 'auth';

/** One line of a mount table. */
export interface MountEntry {
  readonly table: MountTableName;
  /** Within its table, with a slash at the end. */
  readonly path: string;
  readonly type: string;
  readonly description: string;
  readonly accessor: string;
  readonly uuid: string;
  readonly config: MountConfig;
  readonly options: ReadonlyMap<string, string> | null;
  readonly local: boolean;
  readonly sealWrap: boolean;
  readonly externalEntropyAccess: boolean;
}

/** The path of a mount as requests name it. */
export const fullPath = (entry: Pick<MountEntry, 'table' | 'path'>): string =>
  entry.table === 'auth' ? `auth/${entry.path}` : entry.path;

/** 768 hours, in seconds: what the server gives where a mount does not say otherwise. */
export const SYSTEM_TTL = 2_764_800;
