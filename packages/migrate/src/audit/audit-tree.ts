import type { Definition } from '@strongroom/core';
import type { Entry } from '../index.js';
import type { AuditReport } from './audit-report.js';
import type { Baseline } from './baseline.js';

/** The audit's limits and names, each an option. */
export const auditDefaults = {
  /** Larger files are skipped, and counted. */
  maxFileBytes: 2 * 1024 * 1024,
  /** The file at the root whose lines, as in `.gitignore`, name what is not looked into. */
  ignoreFile: '.strongroomignore',
} as const;

/** How far an audit is. */
export interface AuditProgress {
  readonly stage: 'tree' | 'history';
  /** Files of the tree, or versions of files in history. */
  readonly done: number;
  /** Undefined while it is not known. */
  readonly total: number | undefined;
  /** How many secrets were found so far, accepted ones among them. */
  readonly found: number;
}

export interface AuditOptions {
  /** The folder to look into. In a git repository, what `.gitignore` excludes is left out. */
  readonly root: string;
  /** The application's settings: found secrets get their names and places. */
  readonly definition?: Definition;
  /** Values that are secret, as a reader gives them: wherever one stands in the code it is found. */
  readonly knownValues?: readonly Entry[];
  /** Whether git history is looked into as well. @default false */
  readonly history?: boolean;
  /** Globs as in `.gitignore`, beside those of the file `.strongroomignore` at the root. */
  readonly ignore?: readonly string[];
  /** What was accepted before, of `readBaseline` or `createBaseline`. */
  readonly baseline?: Baseline;
  /** @default 2 MiB */
  readonly maxFileBytes?: number;
  readonly onProgress?: (progress: AuditProgress) => void;
  readonly signal?: AbortSignal;
}

/** Finds the secrets that are hard-coded. */
export declare function auditTree(options: AuditOptions): Promise<AuditReport>;
