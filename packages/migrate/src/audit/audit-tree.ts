import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkDefinition,
  checkOptions,
  type Definition,
  type Setting,
  StrongroomError,
} from '@strongroom/core';
import type { Entry } from '../index.js';
import { AuditReport } from './audit-report.js';
import { type AuditProgress, AuditRun } from './audit-run.js';
import type { Baseline } from './baseline.js';
import { listVersions, readVersions } from './history.js';
import { readIgnoreGlobs } from './ignore-globs.js';
import { KnownValues } from './known-values.js';
import { readText, textOf } from './read-text.js';
import { SecretSettings } from './secret-settings.js';
import { SettingProposals } from './setting-proposals.js';
import { unreadable } from './unreadable.js';
import { Folders, listFiles } from './working-tree.js';

/** The audit's limits and names, each an option. */
export const auditDefaults = {
  /** Larger files are skipped, and counted. */
  maxFileBytes: 2 * 1024 * 1024,
  /** The file at the root whose lines, as in `.gitignore`, name what is not looked into. */
  ignoreFile: '.strongroomignore',
} as const;

export interface AuditOptions {
  /** The folder to look into. In a git repository, what git ignores is left out. */
  readonly root: string;
  /** The application's settings: its secrets are found by their names, and what is found gets their places. */
  readonly definition?: Definition;
  /** Values in use, as a reader gives them: wherever that of a secret stands in the code it is found. */
  readonly knownValues?: readonly Entry[];
  /** Whether git history is looked into as well. @default false */
  readonly history?: boolean;
  /** Globs as in `.gitignore`, beside those of the ignore file at the root. */
  readonly ignore?: readonly string[];
  /** The name of the ignore file. @default '.strongroomignore' */
  readonly ignoreFile?: string;
  /** What was accepted before: of {@link readBaseline} or {@link createBaseline}. */
  readonly baseline?: Baseline;
  /** Larger files are skipped, and counted. @default 2 MiB */
  readonly maxFileBytes?: number;
  /** Called some times a second, and at the end of each stage. */
  readonly onProgress?: (progress: AuditProgress) => void;
  /** Ends the audit; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the secrets that are hard-coded in a folder, and in its git history when asked for.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for options that it does not have
 * @throws SourceError `SOURCE_UNAVAILABLE` for a folder that cannot be read, or whose history is asked for and is not
 * there; `SOURCE_DENIED` for a repository that git does not trust
 */
export async function auditTree(options: AuditOptions): Promise<AuditReport> {
  checkOptions('auditTree()', options, {
    root: true,
    definition: true,
    knownValues: true,
    history: true,
    ignore: true,
    ignoreFile: true,
    baseline: true,
    maxFileBytes: true,
    onProgress: true,
    signal: true,
  });
  const { definition, signal, maxFileBytes = auditDefaults.maxFileBytes } = options;
  if (!(maxFileBytes > 0)) {
    throw new StrongroomError('DEFINITION_INVALID', 'maxFileBytes is no number above 0');
  }
  if (definition !== undefined) checkDefinition('auditTree()', definition);
  signal?.throwIfAborted();
  const root = await rootOf(options.root);
  const secrets = new SecretSettings(namesOfSecrets(definition));
  const known = new KnownValues(options.knownValues ?? [], secrets);
  const { ignore = [], ignoreFile = auditDefaults.ignoreFile } = options;
  const globs = await readIgnoreGlobs(join(root, ignoreFile), ignore);
  const audit = new AuditRun({ secrets, known }, options.onProgress);

  const { files, git } = await listFiles(root, signal);
  const folders = new Folders(root);
  audit.begin('tree', files.length);
  for (let index = 0; index < files.length; index += filesAtOnce) {
    const some = files.slice(index, index + filesAtOnce);
    const texts = await Promise.all(
      some.map((file) =>
        globs.ignores(file.name) ? 'ignored' : readText(root, file, folders, maxFileBytes),
      ),
    );
    for (const [offset, { name }] of some.entries()) {
      signal?.throwIfAborted();
      await audit.look(name, texts[offset]);
    }
  }
  audit.tell();

  let commits = 0;
  if (options.history === true) {
    const history = await listVersions(root, signal);
    commits = history.commits;
    const versions = history.versions.filter(({ file }) => !globs.ignores(file));
    audit.begin('history', history.versions.length);
    for (const { file, commit } of history.versions) {
      if (globs.ignores(file)) await audit.look(file, 'ignored', commit);
    }
    for await (const { version, bytes } of readVersions(root, versions, maxFileBytes, signal)) {
      signal?.throwIfAborted();
      const text = bytes === undefined ? 'unreadable' : bytes === 'too-large' ? bytes : textOf(bytes);
      await audit.look(version.file, text, version.commit);
    }
    audit.tell();
  }
  return await reportOf(audit, definition, options.baseline, { commits, git }, known.tooCommon);
}

/** So many files are read at a time. */
const filesAtOnce = 32;

async function reportOf(
  { sightings, skipped, counts }: AuditRun,
  definition: Definition | undefined,
  baseline: Baseline | undefined,
  seen: { readonly commits: number; readonly git: boolean },
  notLookedFor: readonly string[],
): Promise<AuditReport> {
  const all = sightings.findings(new SettingProposals(definition));
  const known = await Promise.all(all.map((finding) => baseline?.has(finding)));
  const findings = all.filter((_, index) => known[index] !== true);
  const baselined = all.filter((_, index) => known[index] === true);
  const scanned = { ...counts, ...seen };
  return new AuditReport({ findings, baselined, ignored: sightings.ignored, scanned, skipped, notLookedFor });
}

function namesOfSecrets(definition: Definition | undefined): readonly string[] {
  const settings: readonly Setting[] = Object.values(definition?.settings ?? {});
  return settings.filter(({ kind }) => kind === 'secret').map(({ name }) => name);
}

async function rootOf(root: string): Promise<string> {
  try {
    const real = await realpath(root);
    if ((await stat(real)).isDirectory()) return real;
  } catch (cause) {
    throw unreadable(root, 'cannot be read', cause);
  }
  throw unreadable(root, 'is no folder');
}
