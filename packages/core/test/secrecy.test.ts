import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  type ConfigurationError,
  createResolver,
  type Declarations,
  defineSettings,
  environmentSource,
  isConfigurationError,
  type Lookup,
  type Source,
  secret,
} from '../src/index.js';
import { canarySecret, expectNoCanary, memorySource } from '../src/testing/index.js';

/** Schemas that accept a value, refuse it, or try to give it away. */
const schemas: Readonly<Record<string, z.ZodType>> = {
  text: z.string(),
  'too short': z.string().min(10_000),
  'too long': z.string().max(1),
  url: z.url(),
  regex: z.string().regex(/^\d$/),
  'starts with': z.string().startsWith('never'),
  int: z.int(),
  boolean: z.boolean(),
  date: z.date(),
  bigint: z.bigint(),
  enum: z.enum(['a', 'b']),
  literal: z.literal('a'),
  'strict object': z.strictObject({ a: z.int() }),
  object: z.object({ a: z.object({ b: z.int() }) }),
  array: z.array(z.int()),
  'record of numbers': z.record(z.string(), z.int()),
  'record with checked keys': z.record(z.string().max(1), z.unknown()),
  union: z.union([z.int(), z.object({ a: z.int() })]),
  'discriminated union': z.discriminatedUnion('type', [z.object({ type: z.literal('a') })]),
  'throwing refinement': z.unknown().refine((value) => {
    throw new Error(`refused ${JSON.stringify(value)}`);
  }),
  'rejecting refinement': z.unknown().refine(async (value) => {
    throw new Error(`refused ${JSON.stringify(value)}`);
  }),
  'refinement that throws the value': z.unknown().refine((value) => {
    throw value;
  }),
  'throwing transform': z.unknown().transform((value) => {
    throw new TypeError(JSON.stringify(value));
  }),
  'message that quotes': z.unknown().refine(() => false, {
    error: (issue) => `not ${JSON.stringify(issue.input)}`,
  }),
  'issues that quote everywhere': z.unknown().superRefine((value, context) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    for (const code of [
      'custom',
      'invalid_type',
      'invalid_value',
      'invalid_format',
      'unrecognized_keys',
      'too_small',
      'too_big',
      'not_multiple_of',
      'invalid_key',
      'invalid_element',
      'invalid_union',
      text,
    ]) {
      context.addIssue({
        code,
        message: text,
        path: [text],
        expected: text,
        values: [text],
        format: text,
        keys: [text],
        key: text,
        origin: text,
        minimum: text,
        maximum: text,
        divisor: text,
        params: { text },
        input: value,
      } as never);
    }
  }),
  'abort with a message': z.string().check((context) => {
    context.issues.push({ code: 'custom', input: context.value, message: context.value });
  }),
  'piped on': z
    .string()
    .transform((text) => [text])
    .pipe(z.array(z.string().max(1))),
  'class instance': z.string().transform((text) => new Map([[text, { text }]])),
};

/** Raw values that hold the secret. */
const shapes: Readonly<Record<string, (canary: string) => unknown>> = {
  text: (canary) => canary,
  'text with more': (canary) => `user:${canary}@host`,
  'broken JSON': (canary) => `{"a": "${canary}`,
  'JSON text': (canary) => JSON.stringify({ a: canary }),
  object: (canary) => ({ a: canary }),
  key: (canary) => ({ [canary]: 1 }),
  deep: (canary) => ({ a: { b: [{ c: canary }] }, type: canary }),
  array: (canary) => [canary],
  'hostile keys': (canary) =>
    JSON.parse(JSON.stringify({ x: canary }).replace('"x"', '"__proto__"')) as unknown,
};

type Manner = (name: string, value: unknown, canary: string) => Source;

const finds: Manner = (name, value) => memorySource('store', { [name]: value });

/** What a source does with a value. */
const manners: Readonly<Record<string, Manner>> = {
  'finds it': finds,
  'throws it': (_, value) => memorySource('store').fail(value ?? 'x'),
  'throws an error that quotes it': (_, value, canary) =>
    memorySource('store').fail(
      Object.assign(new Error(`bad ${canary}\n    at ${canary}`, { cause: value }), { response: { value } }),
    ),
  'throws an error whose class quotes it not, but whose stack does': (_, _value, canary) =>
    memorySource('store').fail(Object.assign(new Error('x'), { stack: `Error: x\n${canary}` })),
  'fails for the setting': (name, _, canary) =>
    memorySource('store').answer(name, { status: 'failed', error: new Error(canary) as never }),
  'answers nonsense': (name, value) =>
    memorySource('store').answer(name, { status: 'lost', value } as unknown as Lookup),
  'finds it without a place': (name, value) =>
    memorySource('store').answer(name, { status: 'found', value } as unknown as Lookup),
  'has a hint that throws it': (name, _, canary) =>
    memorySource('store').answer(name, {
      status: 'absent',
      reason: 'not-set',
      hint: () => {
        throw new Error(canary);
      },
    }),
  'is the environment': (name, value) =>
    environmentSource({ [name]: typeof value === 'string' ? value : JSON.stringify(value) }),
  'is the environment, set twice': (name, _, canary) =>
    environmentSource({ [name]: canary, [`${name}_FILE`]: canary }),
  'is the environment, the secret in place of its file': (name, _, canary) =>
    environmentSource({ [`${name}_FILE`]: canary }),
  'is the environment, under a wrong name': (name, _, canary) => environmentSource({ [`${name}S`]: canary }),
};

function consoleOutput(...things: readonly unknown[]): string {
  const out = new PassThrough();
  const console = new Console({ stdout: out, stderr: out, colorMode: false });
  for (const thing of things) {
    console.log(thing);
    console.log('%s %o %O %j', thing, thing, thing, thing);
    console.table(thing);
    console.error(thing);
    console.dir(thing, { depth: null, showHidden: true });
  }
  return String(out.read() ?? '');
}

async function run(canary: string, schema: z.ZodType, value: unknown, manner: Manner, strict: boolean) {
  const declared: Declarations = {
    API_TOKEN: secret('api/token', schema),
  };
  const definition = defineSettings({
    application: 'shop',
    environments: ['development'],
    settings: declared,
  });
  const seen: unknown[] = [];
  const note = (details: object, message: string) => void seen.push(details, message);
  const resolver = createResolver(definition, {
    environment: 'development',
    sources: [memorySource('before'), manner('API_TOKEN', value, canary), memorySource('after').fail()],
    logger: { debug: note, info: note, warn: note, error: note },
    onSourceError: strict ? 'throw' : 'fallback',
  });
  resolver.events.on('ready', (...args) => seen.push(args));
  resolver.events.on('degraded', (...args) => seen.push(args));
  resolver.events.on('failed', (...args) => seen.push(args));

  let snapshot: Readonly<Record<string, unknown>> | undefined;
  let error: ConfigurationError | undefined;
  try {
    snapshot = await resolver.load();
  } catch (thrown) {
    if (!isConfigurationError(thrown)) throw thrown;
    error = thrown;
  }
  if (snapshot !== undefined) {
    seen.push(snapshot, { ...snapshot }, resolver.explain());
    seen.push(Object.keys(snapshot), Object.entries(snapshot), structuredClone(snapshot));
    seen.push(
      `${snapshot as unknown as string}`,
      String(snapshot),
      inspect(snapshot, { customInspect: false, showHidden: true }),
    );
  }
  if (error !== undefined)
    seen.push(error, error.stack, error.message, error.problems, { ...error }, String(error));
  seen.push(await resolver.survey(), resolver.state, resolver, definition.application);
  seen.push(
    format('%o %O %j', resolver, snapshot, error),
    consoleOutput(snapshot, error, resolver, resolver.state),
  );
  await resolver.close();
  seen.push(resolver.state);
  return { seen, snapshot, error };
}

describe('no error, log, event, explanation or inspection holds a secret', () => {
  test.each(Object.entries(schemas))('whatever its schema does: %s', async (_, schema) => {
    for (const shape of Object.values(shapes)) {
      const canary = canarySecret();
      const { seen } = await run(canary, schema, shape(canary), finds, false);
      expectNoCanary(canary, ...seen);
    }
  });

  test.each(Object.entries(manners))('whatever its source does: it %s', async (_, manner) => {
    for (const shape of Object.values(shapes)) {
      const canary = canarySecret();
      const { seen } = await run(canary, z.string(), shape(canary), manner, false);
      expectNoCanary(canary, ...seen);
    }
  });

  test('in any combination', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(schemas)),
        fc.constantFrom(...Object.keys(shapes)),
        fc.constantFrom(...Object.keys(manners)),
        fc.constantFrom('', 'https://', '5', '{"a":', ' '),
        fc.boolean(),
        async (schemaName, shapeName, mannerName, prefix, strict) => {
          const canary = canarySecret();
          const [schema, shape, manner] = [schemas[schemaName], shapes[shapeName], manners[mannerName]];
          if (schema === undefined || shape === undefined || manner === undefined) throw new Error('unknown');
          const { seen } = await run(canary, schema, shape(prefix + canary), manner, strict);
          expectNoCanary(canary, ...seen);
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);

  test('that stands in the code as a default for development', async () => {
    const canary = canarySecret();
    for (const schema of [z.string(), z.string().max(1)]) {
      const definition = defineSettings({
        application: 'shop',
        environments: ['development'],
        settings: { KEY: secret('api/key', schema, { developmentDefault: canary }) },
      });
      const resolver = createResolver(definition, { environment: 'development', sources: [] });
      const outcome = await resolver.load().catch((error: unknown) => error);
      expectNoCanary(canary, outcome, resolver.state, await resolver.survey());
    }
  });

  test('and the search would have found it', async () => {
    const canary = canarySecret();
    const { snapshot } = await run(canary, z.string(), canary, finds, false);
    expect(() => expectNoCanary(canary, snapshot?.['API_TOKEN'])).toThrow();
  });
});
