// Over 250 lines: it is one suite.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import * as z from 'zod';
import { type Declarations, defineSettings, type Setting, secret } from '../definition/definition.js';
import { isSourceError, SourceError, type SourceErrorCode } from '../errors/errors.js';
import type { Lookup, LookupContext, Source } from '../source/source.js';
import { canarySecret, expectNoCanary } from './canary.js';
import { essence, expectAborted, expectAbsent, expectFound, valuesOf } from './source-answers.js';
import type {
  FailureHooks,
  SourceFailureHook,
  SourceFixture,
  SourceHarness,
  SourceMoment,
  TestRunner,
} from './source-harness.js';

const moment: SourceMoment = { application: 'conformance', environment: 'development' };

/** The settings of the suite: keys that an object has by itself are data like any other. */
const places = {
  ALPHA: 'first/alpha',
  BETA: 'first/beta',
  GAMMA: 'second/gamma',
  DELTA: 'second/nested/delta',
  PROTO: 'first/__proto__',
  CONSTRUCTOR: 'first/constructor',
  TO_STRING: 'first/toString',
  VALUE_OF: 'second/valueOf',
} as const;

type Name = keyof typeof places;

/**
 * Registers the tests that every source must pass.
 *
 * @param runner what runs the tests
 * @throws Error when the harness leaves out a failure without saying why
 * @example
 * import { afterEach, describe, test } from 'vitest';
 *
 * describeSource(
 *   'memory',
 *   { create: (values) => ({ source: fromMap(values) }), cannotFail: 'reads memory only' },
 *   { afterEach, describe, test },
 * );
 */
export function describeSource<F extends SourceFixture>(
  name: string,
  harness: SourceHarness<F>,
  { afterEach, describe, test }: TestRunner,
): void {
  if (omitsFailures(harness) && !('cannotFail' in harness && harness.cannotFail.trim() !== '')) {
    throw new Error(`The harness of ${name} leaves out a failure: say why in cannotFail`);
  }

  describe(`${name} keeps the contract of a source`, () => {
    const opened: F[] = [];
    const closed = new Set<F>();
    const close = async (fixture: F) => {
      closed.add(fixture);
      await fixture.source.close?.();
    };

    afterEach(async () => {
      for (const fixture of opened.splice(0)) {
        if (!closed.has(fixture)) await close(fixture);
        await fixture.cleanup?.();
      }
    });

    /** A source in which these of the settings have these values; undefined stands for none. */
    async function given(values: Partial<Record<Name, unknown>>, hook?: SourceFailureHook<F>) {
      const names = Object.keys(values) as Name[];
      const declare = harness.declare ?? ((place) => secret(place, z.unknown()));
      const declarations: Declarations = Object.fromEntries(
        names.map((setting) => [setting, declare(places[setting], values[setting])]),
      );
      const definition = defineSettings({
        application: moment.application,
        environments: [moment.environment],
        settings: declarations,
      });
      const settings = Object.freeze(Object.values(definition.settings) as Setting[]);
      const held = new Map(
        settings
          .filter((setting) => values[setting.name as Name] !== undefined)
          .map((setting) => [setting, values[setting.name as Name]]),
      );
      const fixture = await harness.create(held, moment);
      opened.push(fixture);
      await hook?.(fixture);
      return { fixture, source: fixture.source, settings };
    }

    test('has a name', () =>
      given({ ALPHA: undefined }).then(({ source }) => assert.match(source.name, /\S/)));

    test('answers for every setting that it is asked for and for no other', async () => {
      const { source, settings } = await given({ ALPHA: 'a', BETA: 'b', GAMMA: undefined, DELTA: undefined });
      const asked = settings.filter((setting) => setting.name !== 'BETA' && setting.name !== 'DELTA');
      const answers = await source.lookup(asked, context());
      assert.deepEqual([...answers.keys()].sort(), ['ALPHA', 'GAMMA']);
    });

    test('mixes found and absent in one batch', async () => {
      const { source, settings } = await given({
        ALPHA: 'first value',
        BETA: undefined,
        GAMMA: 'third value',
        DELTA: undefined,
      });
      const answers = await source.lookup(settings, context());
      expectFound(answers.get('ALPHA'), 'first value');
      expectFound(answers.get('GAMMA'), 'third value');
      for (const absent of ['BETA', 'DELTA']) expectAbsent(answers.get(absent));
    });

    test('says that it has nothing, with a reason, when it has nothing at all', async () => {
      const { source, settings } = await given({ ALPHA: undefined, GAMMA: undefined });
      for (const lookup of (await source.lookup(settings, context())).values()) expectAbsent(lookup);
    });

    test('is asked for nothing and answers for nothing', async () => {
      const { source } = await given({ ALPHA: 'a' });
      assert.equal((await source.lookup([], context())).size, 0);
    });

    test('hands values on exactly as they are', async () => {
      const values = {
        ALPHA: '  spaces, "quotes", \\ and = # $HOME %20  ',
        BETA: 'äöü 漢字 🔑',
        GAMMA: 'line one\nline two',
        DELTA: '0',
      };
      const { source, settings } = await given(values);
      const answers = await source.lookup(settings, context());
      assert.deepEqual(valuesOf(answers), values);
    });

    if (harness.storesJson === true) {
      test('hands JSON values on exactly as they are', async () => {
        const values = {
          ALPHA: 12.5,
          BETA: false,
          GAMMA: ['a', { b: [null, 0] }],
          DELTA: JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}') as unknown,
        };
        const { source, settings } = await given(values);
        const answers = valuesOf(await source.lookup(settings, context()));
        for (const [name, value] of Object.entries(values)) {
          // As text: what a source has parsed may have no prototype, and none may come of it.
          assert.equal(JSON.stringify(answers[name]), JSON.stringify(value), name);
        }
        assert.equal('polluted' in {}, false);
      });
    }

    test('takes keys that every object has for data', async () => {
      const { source, settings } = await given({
        PROTO: 'proto value',
        CONSTRUCTOR: 'constructor value',
        TO_STRING: undefined,
        VALUE_OF: undefined,
      });
      const answers = await source.lookup(settings, context());
      expectFound(answers.get('PROTO'), 'proto value');
      expectFound(answers.get('CONSTRUCTOR'), 'constructor value');
      expectAbsent(answers.get('TO_STRING'));
      expectAbsent(answers.get('VALUE_OF'));
    });

    test('does not modify what it is given', async () => {
      const { source, settings } = await given({ ALPHA: 'a', BETA: undefined });
      const before = inspect(settings, { depth: null });
      await source.lookup(settings, Object.freeze(context()));
      assert.equal(inspect(settings, { depth: null }), before);
    });

    test('answers the same whatever the order, and again', async () => {
      const { source, settings } = await given({ ALPHA: 'a', BETA: undefined, GAMMA: 'c', DELTA: 'd' });
      const forwards = await source.lookup(settings, context());
      const backwards = await source.lookup([...settings].reverse(), context());
      const single = await Promise.all(settings.map((setting) => source.lookup([setting], context())));
      assert.deepEqual(essence(backwards), essence(forwards));
      assert.deepEqual(essence(new Map(single.flatMap((answers) => [...answers]))), essence(forwards));
    });

    test('gives the same answers to lookups at one time', async () => {
      const { source, settings } = await given({ ALPHA: 'a', BETA: undefined, GAMMA: 'c' });
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) => source.lookup(settings.slice(index % 2), context())),
      );
      const [all, some] = answers as [ReadonlyMap<string, Lookup>, ReadonlyMap<string, Lookup>];
      answers.forEach((answer, index) => {
        assert.deepEqual(essence(answer), essence(index % 2 === 0 ? all : some));
      });
    });

    test('says where a value lies, and never the value', async () => {
      const canary = canarySecret();
      const { source, settings } = await given({ ALPHA: canary, BETA: undefined });
      const answers = await source.lookup(settings, context());
      const found = answers.get('ALPHA');
      if (found?.status !== 'found') assert.fail('ALPHA was not found');
      assert.match(found.locator, /\S/);
      if (found.version !== undefined) assert.ok(found.version > 0, 'a version is above 0');
      if (found.readAt !== undefined) assert.ok(Number.isFinite(found.readAt), 'readAt is a moment');
      const { value: _, ...provenance } = found;
      expectNoCanary(canary, provenance, answers.get('BETA'));
    });

    test('shows no value when it is inspected or serialised', async () => {
      const canary = canarySecret();
      const { source, settings, fixture } = await given({ ALPHA: canary, BETA: undefined });
      await source.lookup(settings, context());
      for (const text of [canary, ...(fixture.secrets ?? [])]) expectNoCanary(text, source);
    });

    test('goes to no place when nobody waits for the answer any more', async () => {
      const { source, settings } = await given({ ALPHA: 'a' });
      let answered = false;
      const answer = source.lookup(settings, context(AbortSignal.abort(noLongerWanted())));
      const fromMemory = answer.then(() => {
        answered = true;
      });
      fromMemory.catch(() => undefined);
      await new Promise<void>((resolve) => process.nextTick(resolve));
      if (!answered) await expectAborted(answer);
    });

    test('can be closed without having been asked', async () => {
      const { fixture } = await given({ ALPHA: 'a' });
      await close(fixture);
    });

    test('can be closed after it was asked', async () => {
      const { fixture, source, settings } = await given({ ALPHA: 'a' });
      await source.lookup(settings, context());
      await close(fixture);
    });

    const failures = [
      ['cannot be reached', 'SOURCE_UNAVAILABLE', harness.breakIt],
      ['refuses', 'SOURCE_DENIED', harness.deny],
      ['answers with nonsense', 'SOURCE_MALFORMED', harness.garbage],
    ] as const satisfies readonly (readonly [string, SourceErrorCode, SourceFailureHook<F> | undefined])[];
    for (const [what, code, hook] of failures) {
      if (hook === undefined) continue;
      test(`says ${code} when it ${what}, and never that a value is absent`, async () => {
        const canary = canarySecret();
        const { fixture, source, settings } = await given({ ALPHA: canary, GAMMA: undefined }, hook);
        const errors = await errorsOf(source, settings);
        for (const error of errors) {
          assert.ok(isSourceError(error), 'what is thrown is a SourceError');
          assert.equal(error.code, code);
        }
        for (const text of [canary, ...(fixture.secrets ?? [])]) expectNoCanary(text, ...errors, source);
      });

      test(`can be closed when it ${what}`, async () => {
        const { fixture, source, settings } = await given({ ALPHA: 'a' }, hook);
        await errorsOf(source, settings);
        await close(fixture);
      });
    }

    if (harness.hang !== undefined) {
      const { hang } = harness;
      test('rejects promptly when a lookup under way is called off', async () => {
        const { source, settings } = await given({ ALPHA: 'a' }, hang);
        const controller = new AbortController();
        const answer = source.lookup(settings, context(controller.signal));
        setImmediate(() => controller.abort(noLongerWanted()));
        await expectAborted(answer);
      });

      test('can be closed after a lookup was called off', async () => {
        const { fixture, source, settings } = await given({ ALPHA: 'a' }, hang);
        await expectAborted(source.lookup(settings, context(AbortSignal.abort(noLongerWanted()))));
        await close(fixture);
      });
    }
  });
}

function omitsFailures({
  breakIt,
  deny,
  garbage,
  hang,
}: Partial<Record<keyof FailureHooks<never>, unknown>>) {
  return [breakIt, deny, garbage, hang].includes(undefined);
}

const context = (signal: AbortSignal = new AbortController().signal): LookupContext => ({
  ...moment,
  signal,
});

/** The resolver aborts with a reason of this kind too. */
const noLongerWanted = () => new SourceError('SOURCE_UNAVAILABLE', 'nobody waits any longer');

/** The errors of a source that cannot answer, whether it throws once or answers for each setting. */
async function errorsOf(source: Source, settings: readonly Setting[]): Promise<readonly unknown[]> {
  let answers: ReadonlyMap<string, Lookup>;
  try {
    answers = await source.lookup(settings, context());
  } catch (thrown) {
    return [thrown];
  }
  assert.deepEqual([...answers.keys()].sort(), settings.map(({ name }) => name).sort());
  return [...answers.values()].map((lookup) => {
    if (lookup.status !== 'failed') assert.fail(`it is ${lookup.status}, and not failed`);
    return lookup.error;
  });
}
