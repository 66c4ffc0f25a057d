import { isStrongroomError, StrongroomError } from '@strongroom/core';
import type { KvMount } from '@strongroom/vault';
import { type GroupState, merged, readGroup, type Stand, standOf, valueIn } from '../group-state.js';
import type { Journal } from '../journal/journal.js';
import type { Fingerprints } from '../plan/fingerprint.js';
import type { Conflict, MovingGroup, MovingKey, Step } from '../plan/plan.js';
import { compare, unsafeKey } from '../plan/plan-comparison.js';
import { type Conflicts, conflictError } from '../plan/plan-conflicts.js';
import { unverifiedError, verifiedKeys } from './verify-group.js';

/** How often a path is read and decided anew when others write to it at the same time. */
const maxTries = 20;

/** What the writing of every path needs. */
export interface WriteContext {
  readonly kv: KvMount;
  readonly kvVersion: 1 | 2;
  readonly fingerprints: Fingerprints;
  readonly conflicts: Conflicts;
  readonly signal: AbortSignal | undefined;
  /** Opened by the first path that is written. */
  readonly journal: () => Promise<Journal>;
}

/** What has become of one path. */
export interface GroupOutcome {
  /** Undefined where nothing was to be written. */
  readonly written:
    | { readonly before: Stand; readonly after: Stand; readonly keys: readonly string[] }
    | undefined;
  /** The keys that Vault gave back just as the source has them. */
  readonly verified: readonly MovingKey[];
  /** The keys where Vault's value stayed. */
  readonly conflicts: readonly Conflict[];
}

/**
 * Writes what is missing at one path, beside what is there already, and reads it back. Where somebody else was faster,
 * it reads and decides anew.
 *
 * @param planned what the path was found to hold
 */
export async function applyGroup(
  { path, keys }: MovingGroup,
  planned: GroupState,
  context: WriteContext,
): Promise<GroupOutcome> {
  const { kv, kvVersion, signal } = context;
  const read = () => readGroup(kv, path, { signal });
  let state = planned;
  let changes = await changesOf(keys, state, context);
  for (let tries = 1; changes.write.length > 0; tries += 1) {
    if (kvVersion === 1) {
      // Without check-and-set all that helps is to look immediately before.
      state = await read();
      changes = await changesOf(keys, state, context);
      if (changes.write.length === 0) break;
    }
    const after = await write(state, changes, context);
    if (after !== undefined) {
      const back = await read();
      const good = verifiedKeys(keys, back);
      const there = new Set(good);
      const bad = keys.filter((key) => !there.has(key) && !changes.left.has(key));
      if (bad.length > 0) throw unverifiedError(path, bad);
      return {
        written: { before: standOf(state), after, keys: changes.write.map(({ key }) => key) },
        verified: good,
        conflicts: [...changes.left.values()].flat(),
      };
    }
    if (tries === maxTries) throw overtaken(path);
    state = await read();
    changes = await changesOf(keys, state, context);
  }
  return {
    written: undefined,
    verified: verifiedKeys(keys, state),
    conflicts: [...changes.left.values()].flat(),
  };
}

interface Changes {
  readonly write: readonly MovingKey[];
  /** Those of them in whose place something else lies. */
  readonly replaced: ReadonlySet<string>;
  /** Where Vault's value stays. */
  readonly left: ReadonlyMap<MovingKey, readonly Conflict[]>;
}

/** What is to be done, by what the path holds now. */
async function changesOf(
  keys: readonly MovingKey[],
  { path, data }: GroupState,
  { fingerprints, conflicts }: WriteContext,
): Promise<Changes> {
  const write: MovingKey[] = [];
  const replaced = new Set<string>();
  const left = new Map<MovingKey, readonly Conflict[]>();
  for (const moving of keys) {
    const { key, value, steps } = moving;
    const comparison = compare(data, key, value);
    if (comparison === 'missing') write.push(moving);
    if (comparison !== 'different') continue;
    const vault = fingerprints.of(`${path}#${key}`, valueIn(data, key));
    const disputed = steps.map((step): Conflict => {
      const { source } = step.fingerprints;
      return { ...step, action: 'conflict', fingerprints: { source, vault } };
    });
    if ((await winnerOf(disputed, steps, conflicts)) === 'source') {
      write.push(moving);
      replaced.add(key);
    } else left.set(moving, disputed);
  }
  const unsafe = write.length === 0 ? undefined : unsafeKey(data, new Set(keys.map(({ key }) => key)));
  if (unsafe !== undefined) throw tooManyDigits(path, unsafe);
  return { write, replaced, left };
}

/** @throws StrongroomError `PLAN_CONFLICT` where nobody may win */
async function winnerOf(
  disputed: readonly Conflict[],
  planned: readonly Step[],
  conflicts: Conflicts,
): Promise<'vault' | 'source'> {
  const [conflict] = disputed;
  const [step] = planned;
  if (conflict === undefined || step === undefined) return 'vault';
  // What was decided when the plan was made holds as long as nothing else has come there since.
  if (step.fingerprints.vault === conflict.fingerprints.vault) {
    if (step.action === 'update') return 'source';
    if (step.action === 'conflict') return 'vault';
  }
  const winner = await conflicts.winner(conflict);
  if (winner === undefined) throw conflictError([conflict]);
  return winner;
}

/**
 * Writes, and says so in the journal before and after.
 *
 * @returns undefined when somebody else has written since the path was read
 */
async function write(
  state: GroupState,
  { write, replaced }: Changes,
  { kv, kvVersion, signal, journal: open }: WriteContext,
): Promise<Stand | undefined> {
  const { path, data, version } = state;
  const journal = await open();
  const keys = write.map(({ key }) => key);
  await journal.append({
    type: 'write',
    path,
    before: standOf(state),
    existed: data !== undefined,
    created: keys.filter((key) => !replaced.has(key)),
    replaced: keys.filter((key) => replaced.has(key)),
  });
  const whole = merged(
    data,
    write.map(({ key, value }) => [key, value]),
  );
  try {
    const after = await kv.write(path, whole, {
      ...(kvVersion === 2 ? { cas: version ?? 0 } : {}),
      ...(signal === undefined ? {} : { signal }),
    });
    journal.note({ type: 'written', path, after: standOf(after) });
    return after;
  } catch (error) {
    if (!isStrongroomError(error, 'CAS_MISMATCH')) throw error;
    journal.note({ type: 'not-written', path });
    return undefined;
  }
}

const overtaken = (path: string): StrongroomError =>
  new StrongroomError(
    'CAS_MISMATCH',
    `${path} was written by others each of the ${maxTries} times that it was to be written: run again when it is quieter`,
  );

const tooManyDigits = (path: string, key: string): StrongroomError =>
  new StrongroomError(
    'PLAN_OUTDATED',
    `${path} has come to hold the number ${key}, which has more digits than can be kept: make it text, and plan again`,
  );
