import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import {
  createResolver,
  type Declarations,
  defineSettings,
  isConfigurationError,
  type Lookup,
  type OnSourceError,
  plain,
  SourceError,
} from '../src/index.js';
import { memorySource } from '../src/testing/index.js';

type Answer = 'found' | 'absent' | 'failed' | 'misconfigured';
interface Plan {
  readonly default: boolean;
  readonly rule: OnSourceError | undefined;
  /** What each source is going to answer, in order of precedence. */
  readonly answers: readonly Answer[];
}

/** The whole rule of precedence, without any of the code that follows it. */
function model(
  { answers, default: hasDefault, rule }: Plan,
  outages: readonly boolean[],
  global: OnSourceError,
) {
  let failed = false;
  for (const [index, answer] of answers.entries()) {
    const effective = outages[index] ? 'failed' : answer;
    if (effective === 'failed') failed = true;
    if (effective !== 'found' && effective !== 'misconfigured') continue;
    if (failed && (rule ?? global) === 'throw') return { outcome: 'SETTINGS_UNREADABLE', failed };
    return effective === 'found' ? { outcome: `s${index}`, failed } : { outcome: 'SETTINGS_INVALID', failed };
  }
  if (failed && (rule ?? global) === 'throw') return { outcome: 'SETTINGS_UNREADABLE', failed };
  return { outcome: hasDefault ? 'defaults' : 'SETTINGS_MISSING', failed };
}

const lookups: Readonly<Record<Answer, (source: string) => Lookup>> = {
  found: (source) => ({ status: 'found', value: source, locator: `at ${source}` }),
  absent: () => ({ status: 'absent', reason: 'no-such-key' }),
  failed: () => ({ status: 'failed', error: new SourceError('SOURCE_UNAVAILABLE', 'down') }),
  misconfigured: () => ({ status: 'misconfigured', reason: 'contradicts itself', hint: 'Choose.' }),
};

const rule = fc.constantFrom<OnSourceError>('fallback', 'throw');

const scenario = fc.nat({ max: 4 }).chain((sourceCount) =>
  fc.record({
    plans: fc.array(
      fc.record({
        default: fc.boolean(),
        rule: fc.option(rule, { nil: undefined }),
        answers: fc.array(
          fc.oneof(
            { weight: 3, arbitrary: fc.constant<Answer>('found') },
            { weight: 4, arbitrary: fc.constant<Answer>('absent') },
            { weight: 2, arbitrary: fc.constant<Answer>('failed') },
            { weight: 1, arbitrary: fc.constant<Answer>('misconfigured') },
          ),
          { minLength: sourceCount, maxLength: sourceCount },
        ),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    outages: fc.array(fc.option(fc.boolean(), { nil: false, freq: 3 }), {
      minLength: sourceCount,
      maxLength: sourceCount,
    }),
    local: fc.array(fc.boolean(), { minLength: sourceCount, maxLength: sourceCount }),
    global: rule,
  }),
);

test('the order of the sources decides, whatever they answer', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ plans, outages, local, global }) => {
      const declared: Declarations = Object.fromEntries(
        plans.map((plan, index) => [
          `SETTING_${index}`,
          plain(z.string(), {
            ...(plan.default ? { default: 'defaults' } : {}),
            ...(plan.rule === undefined ? {} : { onSourceError: plan.rule }),
          }),
        ]),
      );
      const definition = defineSettings({
        application: 'shop',
        environments: ['production'],
        settings: declared,
      });
      const sources = outages.map((outage, index) => {
        const source = memorySource(`s${index}`, {}, { local: local[index] === true });
        plans.forEach(({ answers }, setting) => {
          source.answer(`SETTING_${setting}`, lookups[answers[index] ?? 'absent'](`s${index}`));
        });
        return outage ? source.fail() : source;
      });
      const resolver = createResolver(definition, {
        environment: 'production',
        sources,
        onSourceError: global,
      });

      const expected = plans.map((plan) => model(plan, outages, global));
      const problems = expected.flatMap(({ outcome }, index) =>
        outcome.startsWith('SETTINGS_') ? [`SETTING_${index} ${outcome}`] : [],
      );
      const anyFailed = expected.some(({ failed }) => failed);

      try {
        const settings = await resolver.load();
        expect({ ...settings }).toEqual(
          Object.fromEntries(expected.map(({ outcome }, index) => [`SETTING_${index}`, outcome])),
        );
        expect(problems).toEqual([]);
        expect(resolver.state.status).toBe(anyFailed ? 'degraded' : 'ready');
        resolver.explain().forEach((explanation, index) => {
          expect(explanation).toMatchObject({
            source: expected[index]?.outcome,
            freshness: expected[index]?.failed ? 'fallback' : 'fresh',
          });
        });
      } catch (error) {
        if (!isConfigurationError(error)) throw error;
        expect(error.problems.map(({ name, code }) => `${name} ${code}`)).toEqual(problems);
        expect(resolver.state.status).toBe('failed');
      }
      expect(resolver.state.failures.length > 0).toBe(anyFailed);

      // No source is asked twice, and none but those in memory about what an earlier one had settled.
      sources.forEach((source, index) => {
        expect(source.lookups.length).toBeLessThanOrEqual(1);
        if (source.local) return;
        const open = plans.flatMap(({ answers }, setting) => {
          const settled = answers
            .slice(0, index)
            .some(
              (answer, earlier) => !outages[earlier] && (answer === 'found' || answer === 'misconfigured'),
            );
          return settled ? [] : [`SETTING_${setting}`];
        });
        expect(source.lookups.flat()).toEqual(open);
      });
    }),
    { numRuns: 400 },
  );
}, 60_000);
