import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import type { $ZodType } from 'zod/v4/core';
import { systemClock } from '../clock.js';
import { plain, type Setting, secret } from '../definition/definition.js';
import { Patience } from '../patience.js';
import { validate } from './validation.js';

const patience = new Patience(systemClock, Number.POSITIVE_INFINITY, () => new Error('never'));

const settingOf = (schema: $ZodType): Setting => ({ ...plain(schema), name: 'SETTING' });

const read = (schema: $ZodType, raw: unknown) => validate(settingOf(schema), raw, patience);

async function valueFor(schema: $ZodType, raw: unknown): Promise<unknown> {
  const result = await read(schema, raw);
  if (!result.ok) throw new Error(`${JSON.stringify(raw)} ${result.reason}`);
  return result.value;
}

async function reasonFor(schema: $ZodType, raw: unknown): Promise<string> {
  const result = await read(schema, raw);
  if (result.ok) throw new Error(`${JSON.stringify(raw)} is valid`);
  return result.reason;
}

enum Level {
  Low = 0,
  High = 1,
}

describe('text and JSON lead to one value', () => {
  const day = new Date('2024-02-29T00:00:00Z');
  const accepted: readonly (readonly [
    what: string,
    schema: $ZodType,
    raws: readonly unknown[],
    value: unknown,
  ])[] = [
    ['string', z.string(), ['8080', 8080], '8080'],
    ['string of a boolean', z.string(), ['true', true], 'true'],
    ['empty string', z.string(), [''], ''],
    ['string with spaces, untouched', z.string(), [' a '], ' a '],
    ['url', z.url(), ['https://example.com'], 'https://example.com'],
    ['template literal', z.templateLiteral(['v', z.number()]), ['v1'], 'v1'],
    ['int', z.int(), ['8080', ' 8080\n', 8080], 8080],
    ['negative int', z.int(), ['-1', -1], -1],
    ['zero', z.int(), ['0', '-0', 0, -0], 0],
    ['float', z.number(), ['1.5', '+1.5', '1.50', '15e-1', 1.5], 1.5],
    ['float without a leading digit', z.number(), ['.5', 0.5], 0.5],
    ['huge float', z.number(), ['1e300', 1e300], 1e300],
    ['bigint', z.bigint(), ['12345678901234567890'], 12345678901234567890n],
    ['small bigint', z.bigint(), ['7', 7], 7n],
    ['boolean true', z.boolean(), ['true', 'YES', '1', true, 1], true],
    ['boolean false', z.boolean(), ['false', 'no', '0', false, 0], false],
    ['enum', z.enum(['debug', 'info']), ['info'], 'info'],
    ['enum of digits', z.enum(['1', '2']), ['1', 1], '1'],
    ['numeric enum', z.enum(Level), ['1', 1], Level.High],
    ['literal number', z.literal(5), ['5', 5], 5],
    ['literal boolean', z.literal(true), ['yes', true], true],
    ['literal text', z.literal('5'), ['5', 5], '5'],
    ['literals of several types: number', z.literal([1, 'auto']), ['1', 1], 1],
    ['literals of several types: text', z.literal([1, 'auto']), ['auto'], 'auto'],
    ['date', z.date(), ['2024-02-29', '2024-02-29T00:00:00Z', '2024-02-29T02:00:00+02:00'], day],
    ['object', z.object({ a: z.int() }), ['{"a":1}', ' {"a":1} ', { a: 1 }], { a: 1 }],
    ['array', z.array(z.string()), ['["a"]', ['a']], ['a']],
    ['tuple', z.tuple([z.int(), z.string()]), ['[1,"a"]', [1, 'a']], [1, 'a']],
    ['record', z.record(z.string(), z.int()), ['{"a":1}', { a: 1 }], { a: 1 }],
    ['nullable int: null', z.int().nullable(), ['null', null], null],
    ['nullable int: value', z.int().nullable(), ['1', 1], 1],
    ['optional int', z.int().optional(), ['1', 1], 1],
    ['readonly array', z.array(z.int()).readonly(), ['[1]', [1]], [1]],
    ['union with a number first', z.union([z.number(), z.enum(['auto'])]), ['5', 5], 5],
    ['union with a choice', z.union([z.number(), z.enum(['auto'])]), ['auto'], 'auto'],
    ['union of text and number: text wins', z.union([z.string(), z.number()]), ['5', 5], '5'],
    ['union of boolean and number', z.union([z.boolean(), z.number()]), ['1', 1], 1],
    [
      'union of text and object: object',
      z.union([z.string(), z.object({ a: z.int() })]),
      ['{"a":1}', { a: 1 }],
      { a: 1 },
    ],
    ['union of text and object: text', z.union([z.string(), z.object({ a: z.int() })]), ['{a'], '{a'],
    ['intersection', z.intersection(z.int(), z.number().min(2)), ['2', 2], 2],
    ['coerced number', z.coerce.number(), ['5', 5], 5],
    ['coerced boolean, unlike zod alone', z.coerce.boolean(), ['false', false], false],
    ['coerced string', z.coerce.string(), ['5', 5], '5'],
    ['coerced bigint', z.coerce.bigint(), ['5', 5], 5n],
    ['coerced date', z.coerce.date(), ['2024-02-29'], day],
    ['stringbool', z.stringbool(), ['on', 'yes', true, 1], true],
    ['preprocess', z.preprocess((text) => Number(text), z.int()), ['5', 5], 5],
    ['transform', z.string().transform((text) => text.length), ['four', 'true', true], 4],
    ['pipe', z.string().pipe(z.coerce.number()), ['5', 5], 5],
    ['lazy', z.lazy(() => z.int()), ['5', 5], 5],
    ['mini', mini.nullable(mini.int()), ['5', 5], 5],
    [
      'mini pipe',
      mini.pipe(
        mini.string(),
        mini.transform((text: string) => `${text}!`),
      ),
      ['5', 5],
      '5!',
    ],
    ['anything', z.unknown(), ['5', 5], '5'],
    ['anything: an object', z.unknown(), [{ a: 1 }], { a: 1 }],
    ['custom', z.custom<string>((value) => typeof value === 'string'), ['5', 5], '5'],
    ['asynchronous refinement', z.int().refine(async (n) => n > 1), ['5', 5], 5],
  ];
  test.each(accepted)('%s', async (_, schema, raws, value) => {
    for (const raw of raws) expect(await valueFor(schema, raw)).toStrictEqual(value);
  });

  test('for arbitrary values of arbitrary schemas', async () => {
    const scalar = fc.oneof(
      fc.record({ schema: fc.constant<$ZodType>(z.int()), value: fc.maxSafeInteger() }),
      fc.record({
        schema: fc.constant<$ZodType>(z.number()),
        value: fc.double({ noNaN: true, noDefaultInfinity: true }),
      }),
      fc.record({ schema: fc.constant<$ZodType>(z.boolean()), value: fc.boolean() }),
      fc.record({ schema: fc.constant<$ZodType>(z.bigint()), value: fc.maxSafeInteger() }),
      fc.record({ schema: fc.constant<$ZodType>(z.string()), value: fc.string() }),
      fc.record({ schema: fc.constant<$ZodType>(z.string()), value: fc.maxSafeInteger() }),
    );
    const container = fc.oneof(
      fc.array(fc.jsonValue()).map((value) => ({ schema: z.array(z.unknown()), value: value as unknown })),
      fc
        .dictionary(fc.string(), fc.jsonValue())
        .map((value) => ({ schema: z.looseObject({}), value: value as unknown })),
    );
    const wrap = fc.constantFrom<(schema: $ZodType) => $ZodType>(
      (schema) => schema,
      (schema) => z.optional(schema),
      (schema) => z.lazy(() => schema),
      (schema) => z.readonly(schema),
      (schema) =>
        mini.pipe(
          schema,
          mini.transform((value: unknown) => ({ value })),
        ),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(scalar, container), wrap, async ({ schema, value }, wrapped) => {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        const json: unknown = JSON.parse(JSON.stringify(value));
        expect(await valueFor(wrapped(schema), text)).toStrictEqual(await valueFor(wrapped(schema), json));
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});

describe('refuses', () => {
  const digits = 'is a JSON number, whose digits may be lost: store it as text';
  const refused: readonly (readonly [what: string, schema: $ZodType, raw: unknown, reason: string])[] = [
    ['a fraction for a text', z.string(), 1.1, digits],
    ['an unsafe integer for a text', z.string(), 2 ** 64, digits],
    ['an unsafe integer for anything', z.unknown(), 2 ** 53, digits],
    ['an unsafe integer for a bigint', z.bigint(), 2 ** 53, digits],
    ['a fraction for a boolean', z.boolean(), 1.5, 'is not a boolean (true/false, 1/0, yes/no)'],
    ['words for a number', z.number(), 'many', 'is not a number'],
    ['an empty text for a number', z.number(), '', 'is not a number'],
    ['hexadecimal for a number', z.number(), '0x10', 'is not a number'],
    ['Infinity for a number', z.number(), 'Infinity', 'is not a number'],
    ['an overflow for a number', z.number(), '1e999', 'is not a number'],
    ['a fraction for an int', z.int(), '1.5', 'is not a whole number'],
    ['a fraction for a bigint', z.bigint(), '1.5', 'is not a whole number'],
    ['maybe for a boolean', z.boolean(), 'maybe', 'is not a boolean (true/false, 1/0, yes/no)'],
    ['another word for an enum', z.enum(['a', 'b']), 'c', 'is none of a, b'],
    ['a name for a numeric enum', z.enum(Level), 'High', 'is not a number'],
    ['null for a number', z.number(), null, 'is null, not a number'],
    ['an object for a text', z.string(), {}, 'is a JSON object, not text'],
    ['an array for an enum', z.enum(['a']), [], 'is a JSON array, not text'],
    ['broken JSON for an object', z.object({}), '{"a":', 'is not JSON (an object or array)'],
    ['a JSON scalar for an object', z.object({}), '5', 'is not JSON (an object or array)'],
    ['an unknown key', z.strictObject({}), '{"a":1}', 'has keys that the schema does not know'],
    ['a date that does not exist', z.date(), '2024-02-30', ''],
    ['a date that rolls over with a time', z.date(), '2023-02-29T00:00:00Z', ''],
    ['an hour that does not exist', z.date(), '2024-02-29T25:00:00Z', ''],
    ['a time without its zone', z.date(), '2024-02-29T10:00:00', ''],
    ['a number for a date', z.coerce.date(), 1_700_000_000_000, ''],
    ['a text that is too short', z.string().min(8), 'short', 'is too short: at least 8 characters'],
    ['a list that is too long', z.array(z.int()).max(1), '[1,2]', 'has too many entries: at most 1'],
    ['a number that is too big', z.int().max(65535), '65536', 'is too big: at most 65535'],
    ['one letter too few', z.string().min(1), '', 'is too short: at least 1 character'],
    ['a text that is too long', z.string().max(3), 'long', 'is too long: at most 3 characters'],
    ['a list that is too short', z.array(z.int()).min(2), '[1]', 'has too few entries: at least 2'],
    ['a number that is too small', z.number().min(1), '0.5', 'is too small: at least 1'],
    ['a number that is on the border', z.number().gt(0).lt(1), '0', 'is too small: more than 0'],
    ['a number that is on the other border', z.number().gt(0).lt(1), '1', 'is too big: less than 1'],
    [
      'a date that is too early',
      z.date().min(new Date('2024-01-01')),
      '2023-12-31',
      'is too early: at least 2024-01-01T00:00:00.000Z',
    ],
    ['no text in an object', z.object({ a: z.string() }), '{"a":1}', 'at a is not text'],
    ['no list in an object', z.object({ a: z.array(z.int()) }), '{"a":1}', 'at a is not a list'],
    ['no email address', z.email(), 'nobody', 'is not an email address'],
    ['no IPv4 address', z.ipv4(), '::1', 'is not an IPv4 address'],
    [
      'another protocol',
      z.url({ protocol: /^postgres(ql)?$/ }),
      'mysql://localhost/a',
      'is a URL, but not with the protocol that the schema asks for: /^postgres(ql)?$/',
    ],
    [
      'another protocol of one that may be missing',
      z.url({ protocol: /^https$/ }).optional(),
      'http://a.example',
      'is a URL, but not with the protocol that the schema asks for: /^https$/',
    ],
    [
      'another host',
      z.url({ hostname: /\.example$/ }),
      'https://a.test',
      'is a URL, but not with the host that the schema asks for: /\\.example$/',
    ],
    [
      'another protocol inside',
      z.object({ a: z.url({ protocol: /^https$/ }) }),
      '{"a":"http://a"}',
      'at a is a URL, but not with the protocol that the schema asks for',
    ],
    ['no multiple', z.int().multipleOf(5), '6', 'is not a multiple of what the schema asks for'],
    ['no url', z.url(), 'nowhere', 'is not a URL'],
    ['no match', z.string().regex(/^a$/), 'b', 'does not have the form that the schema asks for'],
    [
      'inside an object',
      z.object({ a: z.object({ b: z.int() }) }),
      '{"a":{"b":"x"}}',
      'at a.b is not a number',
    ],
    ['a refinement', z.string().refine(() => false, 'no'), 'x', 'does not satisfy its schema'],
    [
      'a throwing refinement',
      z.string().refine(() => {
        throw new Error('no');
      }),
      'x',
      'makes its own schema throw',
    ],
    [
      'no option of a union',
      z.union([z.object({ a: z.int() }), z.array(z.int())]),
      '["a"]',
      'does not satisfy its schema',
    ],
  ];
  test.each(refused)('%s', async (_, schema, raw, reason) => {
    expect(await reasonFor(schema, raw)).toBe(
      reason === '' ? 'is not a date in ISO 8601 form (a time with its zone)' : reason,
    );
  });
});

test('of a secret neither inner paths nor allowed values are told', async () => {
  const schema = z.object({ keys: z.record(z.string(), z.enum(['one', 'two'])), size: z.int() });
  const setting: Setting = { ...secret('a/b', schema), name: 'SETTING' };
  expect(await validate(setting, '{"keys":{"private":"three"},"size":1.5}', patience)).toEqual({
    ok: false,
    reason: 'has a part that is none of the allowed values; has a part that is not a whole number',
  });
});

test('a hostile text costs no more than its length', async () => {
  const long = '1'.repeat(1_000_000);
  const before = performance.now();
  for (const schema of [z.number(), z.bigint(), z.date(), z.boolean(), z.object({})]) {
    await reasonFor(schema, `${long}x`);
  }
  // A regular expression that backtracks would need minutes.
  expect(performance.now() - before).toBeLessThan(5_000);
});

test('a JSON value keeps keys like __proto__ as data and reaches no prototype', async () => {
  const raw: unknown = JSON.parse('{"a": 1, "__proto__": {"admin": true}, "constructor": 2}');
  for (const schema of [z.looseObject({}), z.unknown(), z.object({ a: z.int() })]) {
    const value = (await valueFor(schema, raw)) as Record<string, unknown>;
    expect(value['admin']).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  }
  expect({}).not.toHaveProperty('admin');
});
