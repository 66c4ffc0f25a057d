import { afterEach, describe, expect, test } from 'vitest';
import type { Setting } from '../definition/definition.js';
import { SourceError, type SourceErrorCode } from '../errors/errors.js';
import type { Found, Lookup, Source } from '../source/source.js';
import { describeSource } from './describe-source.js';
import { type MemorySource, memorySource } from './memory-source.js';
import type { TestRunner } from './source-harness.js';

type Values = ReadonlyMap<Setting, unknown>;

const memoryOf = (values: Values) =>
  memorySource('memory', Object.fromEntries([...values].map(([{ name }, value]) => [name, value])));

interface Fixture {
  readonly source: Source;
  readonly memory: MemorySource;
}

const failures = {
  breakIt: ({ memory }: Fixture) => void memory.fail('SOURCE_UNAVAILABLE'),
  deny: ({ memory }: Fixture) => void memory.fail('SOURCE_DENIED'),
  garbage: ({ memory }: Fixture) => void memory.fail('SOURCE_MALFORMED'),
  hang: ({ memory }: Fixture) => void memory.hang(),
};

describeSource(
  'the memory source',
  {
    create(values) {
      const memory = memoryOf(values);
      return { source: memory, memory };
    },
    storesJson: true,
    ...failures,
  },
  { afterEach, describe, test },
);

test('describeSource refuses a harness that leaves out a failure without saying why', () => {
  const create = () => ({ source: memorySource('memory') });
  const { runner, tests } = collecting();
  expect(() => describeSource('silent', { create, cannotFail: ' ' }, runner)).toThrow(
    'say why in cannotFail',
  );
  expect(tests).toEqual([]);
});

describe('describeSource', () => {
  type Ask = Source['lookup'];

  /** A source that changes what it found, if it found it. */
  const finding =
    (change: (found: Found) => Lookup | undefined) =>
    (ask: Ask) =>
    async (...args: Parameters<Ask>) =>
      new Map(
        [...(await ask(...args))].flatMap(([name, lookup]): [string, Lookup][] => {
          const changed = lookup.status === 'found' ? change(lookup) : lookup;
          return changed === undefined ? [] : [[name, changed]];
        }),
      );

  /** Changes what it throws. */
  const failing =
    (change: (error: SourceError, settings: readonly Setting[], values: Values) => unknown) =>
    (ask: Ask, values: Values): Ask =>
    async (settings, context) => {
      try {
        return await ask(settings, context);
      } catch (error) {
        const instead = change(error as SourceError, settings, values);
        if (instead instanceof Map) return instead;
        throw instead;
      }
    };

  const absent: Lookup = { status: 'absent', reason: 'not-set' };
  const signal = new AbortController().signal;

  const faults: Readonly<Record<string, (ask: Ask, values: Values) => Ask>> = {
    'says null where it has nothing':
      (ask) =>
      async (...args) =>
        new Map([...(await ask(...args))].map(([k, v]) => [k, v.status === 'absent' ? (null as never) : v])),
    'is silent where it has nothing':
      (ask) =>
      async (...args) =>
        new Map([...(await ask(...args))].filter(([, { status }]) => status !== 'absent')),
    'says absent for a reason of its own':
      (ask) =>
      async (...args) =>
        new Map(
          [...(await ask(...args))].map(([k, v]) => [
            k,
            v.status === 'absent' ? ({ status: 'absent', reason: 'dunno' } as never) : v,
          ]),
        ),
    'takes a failure for absence': failing(
      (_, settings) => new Map(settings.map(({ name }) => [name, absent])),
    ),
    'throws errors without a code': failing(() => new Error('down')),
    'mixes up its codes': failing(() => new SourceError('SOURCE_UNAVAILABLE', 'down')),
    'quotes a value in its errors': failing(
      ({ code }, _, values) => new SourceError(code as SourceErrorCode, `bad ${[...values.values()].join()}`),
    ),
    'has a value in the cause of its errors': failing(
      ({ code }, _, values) =>
        new SourceError(code as SourceErrorCode, 'bad', { cause: { body: [...values.values()] } }),
    ),
    'does not listen to its signal': (ask) => (settings, context) => ask(settings, { ...context, signal }),
    'answers for more than it is asked': (ask, values) => (settings, context) =>
      ask([...settings, ...values.keys()], context),
    'trims values': finding((found) => ({ ...found, value: String(found.value).trim() })),
    'makes text of JSON': finding((found) => ({ ...found, value: String(found.value) })),
    'has a value in its locator': finding((found) => ({ ...found, locator: `at ${String(found.value)}` })),
    'has no locator': finding((found) => ({ ...found, locator: '' })),
    'takes what every object has for a value': (ask, values) => async (settings, context) => {
      await ask(settings, context);
      const held: Record<string, unknown> = {};
      for (const [{ place }, value] of values) held[place?.key ?? ''] = value;
      return new Map(
        settings.map(({ name, place }): [string, Lookup] => {
          const value = held[place?.key ?? ''];
          return [name, value === undefined ? absent : { status: 'found', value, locator: name }];
        }),
      );
    },
    'sorts what it is given': (ask) => (settings, context) => {
      (settings as Setting[]).sort();
      return ask(settings, context);
    },
    'depends on the order': (ask) => async (settings, context) => {
      const answers = new Map(await ask(settings, context));
      const first = settings[0]?.name ?? '';
      const lookup = answers.get(first);
      return lookup?.status === 'found' ? answers.set(first, { ...lookup, version: 2 }) : answers;
    },
  };

  test.each(Object.entries({ 'has no fault': (ask: Ask, _: Values) => ask, ...faults }))(
    'tells a source that %s',
    async (what, fault) => {
      const failed = await failuresOf((runner) =>
        describeSource(
          'faulty',
          {
            create(values: Values) {
              const memory = memoryOf(values);
              const ask = fault((settings, context) => memory.lookup(settings, context), values);
              return { memory, source: { name: 'faulty', lookup: ask, close: () => memory.close() } };
            },
            storesJson: true,
            ...failures,
          },
          runner,
        ),
      );
      if (what === 'has no fault') expect(failed).toEqual([]);
      else expect(failed.length).toBeGreaterThan(0);
    },
    30_000,
  );

  test('tells a source that shows its values', async () => {
    const failed = await failuresOf((runner) =>
      describeSource(
        'showing',
        {
          create(values: Values) {
            const memory = memoryOf(values);
            const source = { name: 'showing', values, lookup: memory.lookup.bind(memory) };
            return { memory, source };
          },
          ...failures,
        },
        runner,
      ),
    );
    expect(failed).toContain('shows no value when it is inspected or serialised');
  });
});

/** A runner that runs nothing by itself. */
function collecting() {
  const tests: { readonly name: string; readonly run: () => Promise<void> }[] = [];
  const after: (() => Promise<void>)[] = [];
  const runner: TestRunner = {
    describe: (_, body) => body(),
    test: (name, run) => tests.push({ name, run }),
    afterEach: (run) => after.push(run),
  };
  return { runner, tests, after };
}

/** The names of the tests that fail. */
async function failuresOf(register: (runner: TestRunner) => void): Promise<readonly string[]> {
  const { runner, tests, after } = collecting();
  register(runner);
  expect(tests.length).toBeGreaterThan(20);
  const failed: string[] = [];
  for (const { name, run } of tests) {
    try {
      await run();
      for (const clean of after) await clean();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}
