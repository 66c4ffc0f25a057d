import { randomUUID } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { checkOptions, isStrongroomError, SourceError, StrongroomError } from '@strongroom/core';
import type { Entry } from '../entry.js';
import { unreadable, unwritable } from '../file-fault.js';
import { canonicalText } from '../json-value.js';
import { createFile, replaceFile } from '../whole-file.js';
import { Fingerprints } from './fingerprint.js';
import { type OnConflict, Plan, type PlanJson, partsOf, type Step } from './plan.js';
import { Conflicts } from './plan-conflicts.js';
import { groupSteps } from './plan-groups.js';
import { fingerprintOf } from './plan-step.js';

/** What is added to the name of a plan's file for that of its key. */
const keySuffix = '.key';

/**
 * Saves a plan, to be read by a person and applied later: the plan in `file`, and beside it in `file.key` the key to
 * its fingerprints. The plan alone holds nothing that a value could be guessed by, and may be shown; whoever has both
 * could try guesses, so the key stays on this machine (mode 0600), and may be deleted when the plan was applied.
 *
 * @throws StrongroomError `FILE_UNWRITABLE`
 */
export async function savePlan(plan: Plan, file: string): Promise<void> {
  const { fingerprints } = partsOf(plan);
  const json = plan.toJSON();
  const whole = { ...json, seal: fingerprints.seal(sealed(json)) };
  const keyFile = `${file}${keySuffix}`;
  const words = 'The key of the plan';
  // Beside the old one, which an old plan keeps when the disk is full, and for its owner only, whatever was there.
  const made = `${keyFile}.${randomUUID()}`;
  try {
    await createFile(made, `${fingerprints.exportKey()}\n`, words);
    await replaceFile(file, `${JSON.stringify(whole, null, 2)}\n`, 'The plan');
    await rename(made, keyFile);
  } catch (error) {
    await rm(made, { force: true }).catch(() => undefined);
    throw isStrongroomError(error) ? error : unwritable(keyFile, words, error);
  }
}

export interface LoadPlanOptions {
  /** The source, read anew. */
  readonly entries: readonly Entry[];
  /**
   * Who wins in a conflict that was not there yet when the plan was made. @default what the plan was made with; where
   * that was a function, nobody
   */
  readonly onConflict?: OnConflict;
}

/**
 * Reads a saved plan.
 *
 * @throws StrongroomError `PLAN_OUTDATED` when the source has changed since, or the file, or its key is gone
 * @throws SourceError `SOURCE_UNAVAILABLE` or `SOURCE_DENIED` for a file that cannot be read, `SOURCE_MALFORMED` for one
 * that is no plan
 */
export async function loadPlan(file: string, options: LoadPlanOptions): Promise<Plan> {
  checkOptions('loadPlan()', options, { entries: true, onConflict: true });
  const { entries } = options;
  const json = await readPlan(file);
  const fingerprints = await readKey(file);
  const { seal, ...plan } = json;
  if (seal !== fingerprints.seal(sealed(plan))) {
    throw outdated(
      `${file} is not as it was saved`,
      'plan again, with other options where it is to be another one',
    );
  }
  const changed = changedEntries(plan.steps, entries, fingerprints);
  if (changed.length > 0) {
    throw outdated(`Since ${file} was saved the source has changed at ${changed.join(', ')}`, 'plan again');
  }
  const steps = plan.steps.map(wholeStep);
  const revisions = new Map(plan.paths.map(({ path, revision }) => [path, revision]));
  const onConflict = options.onConflict ?? plan.onConflict;
  return new Plan({
    target: Object.freeze({ ...plan.target, namespace: plan.target.namespace }),
    onConflict,
    conflicts: new Conflicts(onConflict),
    steps: Object.freeze(steps),
    groups: [...groupSteps(steps, entries)].map(([path, keys]) => ({
      path,
      keys,
      state: undefined,
      revision: revisions.get(path) ?? '',
    })),
    fingerprints,
  });
}

interface SavedPlan extends PlanJson {
  readonly seal: string;
}

async function readPlan(file: string): Promise<SavedPlan> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, 'The plan', error);
  });
  const noPlan = () => new SourceError('SOURCE_MALFORMED', `${file} is no saved plan`, { locator: file });
  try {
    const plan: unknown = JSON.parse(text);
    // Its seal vouches for all the rest.
    if (isPlan(plan)) return plan;
  } catch {
    throw noPlan();
  }
  throw noPlan();
}

const isPlan = (value: unknown): value is SavedPlan =>
  typeof value === 'object' &&
  value !== null &&
  'strongroom' in value &&
  value.strongroom === 'plan' &&
  'format' in value &&
  value.format === 1 &&
  'seal' in value &&
  typeof value.seal === 'string';

async function readKey(file: string): Promise<Fingerprints> {
  const text = await readFile(`${file}${keySuffix}`, 'utf8').catch(() => '');
  const key = Buffer.from(text, 'base64');
  if (key.length === 32) return new Fingerprints(key);
  throw outdated(`${file} cannot be checked without its key in ${file}${keySuffix}`, 'plan again');
}

/** The same text before and after the plan was a file. */
const sealed = (plan: PlanJson): string => canonicalText(JSON.parse(JSON.stringify(plan))) ?? '';

function changedEntries(
  steps: readonly Step[],
  entries: readonly Entry[],
  fingerprints: Fingerprints,
): readonly string[] {
  const changed = new Set<string>();
  for (let index = 0; index < Math.max(steps.length, entries.length); index += 1) {
    const [step, entry] = [steps[index], entries[index]];
    const same =
      step !== undefined &&
      entry !== undefined &&
      step.entry === entry.name &&
      step.fingerprints.source === fingerprintOf(fingerprints, entry, step.path, step.key);
    if (!same) changed.add(step?.entry ?? entry?.name ?? '');
  }
  return [...changed];
}

/** JSON leaves out what is undefined. */
function wholeStep(step: Step): Step {
  const { setting, place, path, key, fingerprints } = step;
  const { source, vault } = fingerprints;
  return Object.freeze({
    ...step,
    setting,
    place,
    path,
    key,
    fingerprints: Object.freeze({ source, vault }),
  });
}

const outdated = (what: string, remedy: string): StrongroomError =>
  new StrongroomError('PLAN_OUTDATED', `${what}: ${remedy}`);
