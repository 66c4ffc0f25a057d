import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Breather,
  checkDefinition,
  checkOptions,
  type Definition,
  type Setting,
  SourceError,
} from '@strongroom/core';
import ignore, { type Ignore } from 'ignore';
import type { Entry } from '../index.js';
import { AuditReport, type Skipped } from './audit-report.js';
import type { Baseline } from './baseline.js';
import type { Finding } from './finding.js';
import { listVersions, readVersions } from './history.js';
import { KnownValues } from './known-values.js';
import { readText, type TextOrSkip, textOf } from './read-text.js';
import { type Knowledge, scanText } from './scan-text.js';
import { SecretSettings } from './secret-settings.js';
import { SettingProposals } from './setting-proposals.js';
import { Sightings } from './sightings.js';
import { Folders, listFiles } from './working-tree.js';

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
  readonly total: number;
  /** How many secrets were found so far, those among them that a baseline accepts. */
  readonly found: number;
}

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
  if (definition !== undefined) checkDefinition('auditTree()', definition);
  signal?.throwIfAborted();
  const root = await rootOf(options.root);
  const secrets = new SecretSettings(namesOfSecrets(definition));
  const known = new KnownValues(options.knownValues ?? [], secrets);
  const audit = new Audit({ secrets, known }, await ignoreRules(root, options), options.onProgress);

  const { files, git } = await listFiles(root, signal);
  const folders = new Folders(root);
  audit.begin('tree', files.length);
  for (let index = 0; index < files.length; index += filesAtOnce) {
    const some = files.slice(index, index + filesAtOnce);
    const texts = await Promise.all(
      some.map((file) =>
        audit.leavesOut(file.name) ? 'ignored' : readText(root, file, folders, maxFileBytes),
      ),
    );
    for (const [offset, { name }] of some.entries()) {
      signal?.throwIfAborted();
      await audit.look(name, texts[offset]);
    }
  }
  audit.end();

  let commits = 0;
  if (options.history === true) {
    const history = await listVersions(root, signal);
    commits = history.commits;
    const versions = history.versions.filter(({ file }) => !audit.leavesOut(file));
    audit.begin('history', versions.length);
    for await (const { version, bytes } of readVersions(root, versions, maxFileBytes, signal)) {
      signal?.throwIfAborted();
      const text = bytes === undefined ? 'unreadable' : bytes === 'too-large' ? bytes : textOf(bytes);
      await audit.look(version.file, text, version.commit);
    }
    audit.end();
  }
  return await reportOf(audit, definition, options.baseline, { commits, git }, known.tooCommon);
}

/** So many files are read at a time. */
const filesAtOnce = 32;
/** Progress is told so often, in milliseconds. */
const tellEvery = 100;

/** The state of one audit. */
class Audit {
  readonly sightings = new Sightings();
  readonly skipped: Skipped[] = [];
  readonly counts = { files: 0, versions: 0, bytes: 0 };
  readonly #knowledge: Knowledge;
  readonly #ignore: Ignore;
  readonly #tell: ((progress: AuditProgress) => void) | undefined;
  readonly #breather = new Breather();
  #progress: { stage: 'tree' | 'history'; done: number; total: number } = {
    stage: 'tree',
    done: 0,
    total: 0,
  };
  #toldAt = 0;

  constructor(knowledge: Knowledge, rules: Ignore, tell: ((progress: AuditProgress) => void) | undefined) {
    this.#knowledge = knowledge;
    this.#ignore = rules;
    this.#tell = tell;
  }

  leavesOut(file: string): boolean {
    return ignore.isPathValid(file) && this.#ignore.ignores(file);
  }

  begin(stage: 'tree' | 'history', total: number): void {
    this.#progress = { stage, done: 0, total };
    this.end();
  }

  end(): void {
    this.#toldAt = performance.now();
    this.#tell?.({ ...this.#progress, found: this.sightings.size });
  }

  async look(file: string, text: TextOrSkip, commit?: string): Promise<void> {
    if (typeof text === 'string')
      this.skipped.push({ file, reason: text, ...(commit === undefined ? {} : { commit }) });
    else if (text !== undefined) {
      this.counts.bytes += text.bytes;
      const detections = scanText(text.text, file, this.#knowledge);
      if (commit === undefined) {
        this.counts.files++;
        this.sightings.addFile(file, text.text, detections);
      } else {
        this.counts.versions++;
        this.sightings.addVersion(file, text.text, detections, commit);
      }
    }
    this.#progress.done++;
    if (performance.now() - this.#toldAt > tellEvery) this.end();
    if (this.#breather.due) await this.#breather.pause();
  }
}

async function reportOf(
  { sightings, skipped, counts }: Audit,
  definition: Definition | undefined,
  baseline: Baseline | undefined,
  seen: { readonly commits: number; readonly git: boolean },
  notLookedFor: readonly string[],
): Promise<AuditReport> {
  const findings: Finding[] = [];
  const baselined: Finding[] = [];
  for (const finding of sightings.findings(new SettingProposals(definition))) {
    (baseline !== undefined && (await baseline.has(finding)) ? baselined : findings).push(finding);
  }
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

async function ignoreRules(root: string, options: AuditOptions): Promise<Ignore> {
  const path = join(root, options.ignoreFile ?? auditDefaults.ignoreFile);
  const rules = ignore().add([...(options.ignore ?? [])]);
  try {
    return rules.add(await readFile(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return rules;
    throw unreadable(path, 'cannot be read', cause);
  }
}

function unreadable(path: string, what: string, cause?: unknown): SourceError {
  return new SourceError('SOURCE_UNAVAILABLE', `${path} ${what}`, {
    ...(cause === undefined ? {} : { cause }),
    locator: path,
    hint: 'Check the path, and that this user may read it.',
  });
}
