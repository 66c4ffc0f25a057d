import { resolve } from 'node:path';
import type { Definition } from '@strongroom/core';
import type { Conflict, Entry, Migration, Plan, Progress } from '@strongroom/migrate';
import type { KvPlacement, Vault } from '@strongroom/vault';
import { CommandError } from '../command-error.js';
import { placementOf } from '../configuration/placement-options.js';
import { type ExitCode, exitCodes } from '../exit-code.js';
import type { Session } from '../session.js';
import { chosen, confirmed, declined } from '../terminal/ask.js';
import type { Output } from '../terminal/output.js';
import { printable } from '../terminal/printable.js';
import { ProgressLine } from '../terminal/progress-line.js';
import type { CleanedUp, DotenvCleanUp } from './dotenv-clean-up.js';
import { JournalFolder } from './journal-file.js';
import { checkTarget } from './migration-target.js';
import { planView } from './plan-view.js';
import { refusedValues } from './refused-values.js';

/** What a migration is made from, and how far it goes. */
export interface MigrationRun {
  readonly definition: Definition;
  readonly environment: string;
  readonly entries: readonly Entry[];
  readonly vault: Vault;
  readonly placement: KvPlacement;
  readonly configFile: string;
  readonly onConflict?: 'vault' | 'source' | 'ask' | 'fail' | undefined;
  readonly include?: readonly string[] | undefined;
  readonly map?: Readonly<Record<string, string>> | undefined;
  readonly dryRun?: true | undefined;
  readonly yes?: true | undefined;
  readonly savePlan?: string | undefined;
  readonly plan?: string | undefined;
  readonly journal?: string | undefined;
  /** Only entries of these names. */
  readonly only?: readonly string[] | undefined;
  /** What comes after: a file that lets go of what was verified. */
  readonly cleanUp?: DotenvCleanUp | undefined;
}

/** Plans, shows, asks, applies and verifies. */
export async function runMigration(session: Session, given: MigrationRun): Promise<ExitCode> {
  const { output, io, signal } = session;
  const run = { ...given, entries: chosenEntries(given) };
  const { applyPlan, savePlan } = await import('@strongroom/migrate');
  const plan = await planOf(session, run);
  const refused = await refusedValues(run.definition, plan, run.entries);
  if (!output.json) output.result({}, () => planView(output, plan));
  for (const { name, reason } of refused) {
    output.warn(`${name}: ${reason}. It can be moved, but an application would not start with it.`);
  }
  const writes = plan.steps.filter(({ action }) => action === 'create' || action === 'update').length;
  const lasting = plan.target.kvVersion === 1;
  if (lasting && writes > 0) output.warn(lastingWarning(plan));
  if (run.savePlan !== undefined) {
    const file = resolve(io.cwd, run.savePlan);
    await savePlan(plan, file);
    output.note(
      `The plan is in ${output.path(file)}, its key in ${output.path(file)}.key. Apply it with --plan ${run.savePlan}.`,
    );
  }
  if (run.savePlan !== undefined || run.dryRun === true) {
    if (output.json) output.result({ plan, refused, applied: false }, () => '');
    return exitCodes.done;
  }
  if (writes > 0 && run.yes !== true) {
    const question = `Write ${counted(writes, 'key')} to ${plan.target.mount}/ of ${plan.target.address}?`;
    if (!(await confirmed(io, question, '--yes', signal))) throw declined();
  }
  const { application } = run.definition;
  const folder =
    run.journal === undefined ? new JournalFolder(run.configFile, application, run.environment) : undefined;
  if (writes > 0) await folder?.prepare();
  const open = folder?.open ?? resolve(io.cwd, run.journal ?? '');
  const rollback = `strongroom rollback -e ${run.environment}${folder === undefined ? ` ${run.journal}` : ''}`;
  const migration = await withProgress(session, (onProgress) =>
    applyPlan(plan, { vault: run.vault, journal: open, signal, onProgress }),
  ).catch(async (error: unknown) => {
    if (await hasWrites(open)) {
      const back = lasting ? '' : `, or take it back with \`${rollback}\``;
      output.note(`What was written stays: run it again for the rest${back}.`);
    }
    throw error;
  });
  const journal = folder === undefined ? open : ((await folder.finish(io.clock)) ?? (await folder.latest()));
  if (migration.written.length > 0) await bump(run);
  if (!output.json) tell(output, migration, journal, lasting ? undefined : rollback);
  const cleanedUp = await run.cleanUp?.(run.entries, migration.verified);
  const { verified, written, conflicts } = migration;
  const told = {
    plan,
    refused,
    applied: true,
    verified,
    written,
    conflicts,
    journal: written.length === 0 ? null : journal,
  };
  if (output.json || cleanedUp !== undefined) {
    output.result({ ...told, ...(cleanedUp === undefined ? {} : { cleanedUp }) }, () =>
      cleanUpText(output, cleanedUp),
    );
  }
  if (migration.conflicts.length === 0 || run.onConflict !== undefined) return exitCodes.done;
  output.note('Decide with --on-conflict source, ask or vault.');
  return exitCodes.conflict;
}

/** @throws CommandError for a name that the source does not have */
function chosenEntries({ entries, only }: MigrationRun): readonly Entry[] {
  if (only === undefined) return entries;
  const missing = only.filter((name) => !entries.some((entry) => entry.name === name));
  if (missing.length > 0) {
    throw new CommandError(exitCodes.usage, `The source has no ${missing.join(', ')}`, {
      remedy: 'See what it has with --dry-run.',
    });
  }
  return entries.filter(({ name }) => only.includes(name));
}

async function planOf(session: Session, run: MigrationRun): Promise<Plan> {
  const { definition, environment, entries, vault, placement, include, map, onConflict } = run;
  const { loadPlan, planMigration } = await import('@strongroom/migrate');
  const winner =
    onConflict === 'ask'
      ? (conflict: Conflict) => ask(session, conflict)
      : onConflict === undefined
        ? undefined
        : onConflict;
  const decided = winner === undefined ? {} : { onConflict: winner };
  if (run.plan !== undefined) {
    const plan = await loadPlan(resolve(session.io.cwd, run.plan), { entries, ...decided });
    checkTarget(`The plan ${run.plan}`, plan.target, definition, environment);
    return plan;
  }
  const wanted = new Set(include);
  const plan = await withProgress(session, (onProgress) =>
    planMigration({
      definition,
      environment,
      entries,
      vault,
      ...placementOf(placement),
      ...(map === undefined ? {} : { map }),
      include: ({ entry }) => wanted.has(entry),
      ...decided,
      // A question and a bar would write over each other.
      ...(onConflict === 'ask' ? {} : { onProgress }),
      signal: session.signal,
    }),
  );
  const unknown = [...wanted].filter((name) => !entries.some((entry) => entry.name === name));
  if (unknown.length > 0) session.output.warn(`There is no ${unknown.join(', ')} to include.`);
  return plan;
}

/** What a person should know before something is written that nobody can take back. */
function lastingWarning({ steps, target }: Plan): string {
  const replaced = steps.filter(({ action }) => action === 'update').map(({ path, key }) => `${path}#${key}`);
  const lost = replaced.length === 0 ? '' : `, and what is there now is lost: ${replaced.join(', ')}`;
  return `${target.mount}/ is of KV version 1, which keeps no old versions: this migration cannot be rolled back${lost}.`;
}

/** Asks who wins: by name and fingerprint, never by value. */
async function ask(
  session: Session,
  { entry, path, key, fingerprints }: Conflict,
): Promise<'vault' | 'source'> {
  const { source, vault = '' } = fingerprints;
  return chosen(
    session.io,
    `${entry}: Vault holds something else at ${path}#${key}`,
    [
      { value: 'vault', label: `keep what Vault holds (${vault})` },
      { value: 'source', label: `take that of the source (${source})` },
    ],
    '--on-conflict vault, source or fail',
    session.signal,
  );
}

const words: Readonly<Record<Progress['phase'], string>> = {
  plan: 'paths read:',
  apply: 'paths written and read back:',
  verify: 'paths verified:',
  'roll-back': 'paths rolled back:',
};

/** Shows the progress of something, and takes it away at its end. */
export async function withProgress<T>(
  session: Session,
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  const line = new ProgressLine(session.output);
  try {
    return await work(({ phase, done, total }) => line.show(words[phase], done, total));
  } finally {
    line.clear();
  }
}

async function bump({ definition, environment, vault, placement }: MigrationRun): Promise<void> {
  if (placement.marker !== true) return;
  const { bumpMarker } = await import('@strongroom/vault');
  await bumpMarker(vault.kv(placement.mount), { application: definition.application, environment });
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Whether a journal has what could be taken back. */
async function hasWrites(journal: string): Promise<boolean> {
  const { readJournal } = await import('@strongroom/migrate');
  const records = await readJournal(journal).catch(() => []);
  return records.some(({ type }) => type === 'write');
}

function tell(
  output: Output,
  { verified, written, conflicts }: Migration,
  journal: string | undefined,
  rollback: string | undefined,
): void {
  output.result({}, () => {
    const done =
      written.length === 0
        ? `Nothing to write: ${verified.length === 1 ? '1 key is in Vault as it is' : `${verified.length} keys are in Vault as they are`} in the source.`
        : `${counted(verified.length, 'key')} verified; ${counted(written.length, 'path')} written.`;
    const names = conflicts.map(({ entry }) => entry).join(', ');
    const kept = conflicts.length === 0 ? '' : `\nIn conflict, and left as Vault has them: ${names}.`;
    return printable(`\n${done}${kept}`);
  });
  if (written.length > 0) {
    const file = output.path(journal ?? '');
    output.note(
      rollback === undefined
        ? `Its journal is ${file}.`
        : `Take it back with \`${rollback}\`; its journal is ${file}.`,
    );
  }
}

function cleanUpText(output: Output, cleanedUp: CleanedUp | undefined): string {
  if (cleanedUp === undefined) return '';
  const { removed, backup } = cleanedUp;
  const file = output.path(cleanedUp.file);
  return printable(
    backup === null
      ? `${file} is as it was: there is nothing to take out.`
      : `${removed.join(', ')} taken out of ${file}; all of it as it was is in ${output.path(backup)}, encrypted.`,
  );
}
