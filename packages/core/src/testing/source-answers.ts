import assert from 'node:assert/strict';
import { absenceWords } from '../source/absence.js';
import type { Lookup } from '../source/source.js';

/** How long a lookup may take to notice that nobody waits for it any more, in milliseconds. */
const promptMs = 2_000;

export function expectAbsent(lookup: Lookup | undefined): void {
  if (lookup?.status !== 'absent') assert.fail(`it is ${lookup?.status}, and not absent`);
  assert.ok(Object.hasOwn(absenceWords, lookup.reason), `there is no reason ${lookup.reason}`);
  const hint = lookup.hint?.();
  if (hint !== undefined) assert.match(hint, /\S/);
}

export function expectFound(lookup: Lookup | undefined, value: string): void {
  if (lookup?.status !== 'found') assert.fail(`it is ${lookup?.status}, and not found`);
  assert.equal(lookup.value, value);
}

export async function expectAborted(answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not reject within ${promptMs} ms`)), promptMs);
  });
  try {
    await assert.rejects(Promise.race([answer, late]), { code: 'SOURCE_UNAVAILABLE' });
  } finally {
    clearTimeout(timer);
  }
}

export const valuesOf = (answers: ReadonlyMap<string, Lookup>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...answers].map(([name, lookup]) => [name, lookup.status === 'found' ? lookup.value : lookup]),
  );

/** What must be the same of two answers: not the moment, and not a hint, which is a function. */
export const essence = (answers: ReadonlyMap<string, Lookup>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...answers].map(([name, lookup]) => [
      name,
      lookup.status === 'found'
        ? [lookup.status, lookup.value, lookup.locator, lookup.version]
        : [lookup.status, lookup.status === 'absent' ? [lookup.reason, lookup.locator] : lookup],
    ]),
  );
