import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../clock.js';
import { Patience } from '../patience.js';
import { type Validated, validate, validateDefault, validateNothing } from '../resolution/validation.js';
import { defineSettings, plain, type Setting, secret } from './definition.js';
import { acceptedInput, acceptsNothing, hidesDefault, transforms } from './schema.js';
import { text } from './text.js';

const model = z.string().min(1);
const patience = new Patience(systemClock, Number.POSITIVE_INFINITY, () => new Error('never'));
const kinds = fc.constantFrom('secret', 'plain');

/** The same setting, once without a schema and once with zod's. */
const pairOf = (kind: string): readonly [Setting, Setting] => {
  const [ours, zods] = kind === 'secret' ? [secret('a/b'), secret('a/b', model)] : [plain(), plain(model)];
  return [
    { ...ours, name: 'SETTING' },
    { ...zods, name: 'SETTING' },
  ];
};

/** What a variable or a JSON document can hold, with much of what a rule may stumble over. */
const raw = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    ' ',
    '0',
    'null',
    '{}',
    '[]',
    '-0',
    -0,
    1.1,
    1e21,
    2 ** 53,
    true,
    false,
    null,
    '\ud800',
  ),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.jsonValue(),
);

test('a raw value comes to what z.string().min(1) makes of it, in value or in words', async () => {
  await fc.assert(
    fc.asyncProperty(kinds, raw, async (kind, value) => {
      const [ours, zods] = pairOf(kind);
      expect(await validate(ours, value, patience)).toEqual(await validate(zods, value, patience));
    }),
    { numRuns: 500 },
  );
});

test('so does a default, and so does no value at all', async () => {
  await fc.assert(
    fc.asyncProperty(kinds, fc.anything({ withDate: true, withBoxedValues: true }), async (kind, value) => {
      const [ours, zods] = pairOf(kind);
      expect(firstReason(await validateDefault(ours, value, patience))).toEqual(
        firstReason(await validateDefault(zods, value, patience)),
      );
      expect(await validateNothing(ours, patience)).toEqual(await validateNothing(zods, patience));
    }),
    { numRuns: 500 },
  );
});

/** Of what is no text but has a length of 0, zod goes on to say that it is too small. */
const firstReason = (validated: Validated) =>
  validated.ok ? validated : { ...validated, reason: validated.reason.split('; ')[0] };

test('every question about a schema is answered as for z.string().min(1)', () => {
  expect(acceptedInput(text)).toEqual(acceptedInput(model));
  for (const question of [acceptsNothing, hidesDefault, transforms])
    expect(question(text)).toBe(question(model));
});

test('the issues carry what those of zod carry', () => {
  for (const value of ['', 'x', 7, null, undefined]) {
    const [ours, zods] = [text, model].map((schema) =>
      schema._zod.run({ value, issues: [] }, { async: false }),
    );
    expect(ours).toMatchObject({ value });
    const issuesOf = (payload: unknown) =>
      (payload as { issues: Record<string, unknown>[] }).issues.map(
        ({ code, expected, origin, minimum, inclusive, input }) => ({
          code,
          expected,
          origin,
          minimum,
          inclusive,
          input,
        }),
      );
    expect(issuesOf(ours)).toEqual(issuesOf(zods));
  }
});

test('a setting without a schema has the options of any other, beside the schema `text`', () => {
  const { settings } = defineSettings({
    application: 'shop',
    environments: ['development'],
    settings: { KEY: secret('api/key'), ZONE: plain(text, { default: 'a', place: 'app/zone' }) },
  });
  expect(settings.KEY).toMatchObject({ kind: 'secret', schema: text, place: { group: 'api', key: 'key' } });
  expect(settings.ZONE).toMatchObject({
    kind: 'plain',
    schema: text,
    default: 'a',
    place: { group: 'app', key: 'zone' },
  });
});
