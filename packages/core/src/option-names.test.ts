import { describe, expect, test } from 'vitest';
import { createResolver, defineSettings, leased } from './index.js';
import { withLastKnownGood } from './last-known-good/index.js';
import { checkOptions, optionFaults } from './option-names.js';
import { memorySource } from './testing/index.js';

interface Options {
  readonly mount?: string;
  readonly timeoutMs?: number;
}
const names = { mount: true, timeoutMs: true } as const;

const faultsOf = (given: unknown) =>
  optionFaults('make()', given as Options, names).map(
    ({ name, reason, hint }) => `${name} ${reason}. ${hint}`,
  );

describe('the options of a function', () => {
  test('are its own', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ mount: 'a', timeoutMs: undefined })).toEqual([]);
  });

  test.each(['mounts', 'Mount', 'muont', 'timeoutMS', 'timeout_ms'])('are not %s, which is close', (name) => {
    const meant = /time/.test(name) ? 'timeoutMs' : 'mount';
    expect(faultsOf({ [name]: 1 })).toEqual([`${name} is no option of make(). Was it meant to be ${meant}?`]);
  });

  test.each(['path', 'constructor', '__proto__', 'toString'])('are not %s, which is a stranger', (name) => {
    expect(faultsOf(Object.fromEntries([[name, 1]]))).toEqual([
      `${name} is no option of make(). The options are mount, timeoutMs.`,
    ]);
  });

  test.each([undefined, null, 'mount', 7, ['mount']])('are not %j', (given) => {
    expect(faultsOf(given)).toEqual([
      'make() wants its options as an object. The options are mount, timeoutMs.',
    ]);
  });

  test('are refused all at once', () => {
    expect(() => checkOptions('make()', { mounts: 'a', timeout: 1 } as Options, names)).toThrow(
      expect.objectContaining({
        code: 'DEFINITION_INVALID',
        message: expect.stringMatching(/mounts .* mount\?.* timeout .* timeoutMs\?/) as string,
      }),
    );
  });
});

describe('a logger', () => {
  const withLogger = { ...names, logger: true } as const;
  const check = (logger: unknown) =>
    optionFaults('make()', { logger } as { readonly logger?: object }, withLogger);

  test('is whatever has the methods of pino', () => {
    expect(check(console)).toEqual([]);
    expect(check(undefined)).toEqual([]);
  });

  test.each([{}, null, true, 'pino', { info() {}, warn() {}, error() {} }])('is not %j', (logger) => {
    expect(check(logger)).toEqual([
      {
        name: 'logger',
        reason: 'is no logger',
        hint: expect.stringContaining('debug, info, warn and error'),
      },
    ]);
  });
});

describe('options that nobody has', () => {
  const definition = defineSettings({ application: 'shop', environments: ['production'], settings: {} });
  const good = { environment: 'production', sources: [] };
  const create = createResolver as unknown as (definition: unknown, options?: unknown) => unknown;

  test.each([
    ['environment', { ...good, enviroment: 'production' }, /enviroment .*meant to be environment\?/],
    ['onSourceError', { ...good, onSourceErrors: 'throw' }, /onSourceErrors .*meant to be onSourceError\?/],
    ['sources', { environment: 'production' }, /wants its sources as a list/],
    ['a source', { ...good, sources: [undefined] }, /wants its sources as a list/],
    ['options', undefined, /createResolver\(\) wants its options as an object/],
  ])('createResolver() refuses what is meant to be %s', (_, options, message) => {
    expect(() => create(definition, options)).toThrow(
      expect.objectContaining({
        code: 'DEFINITION_INVALID',
        message: expect.stringMatching(message) as string,
      }),
    );
  });

  test.each([undefined, null, {}, { application: 'a', environments: [], settings: { PORT: {} } }])(
    'createResolver() refuses %j for a definition',
    (wrong) => {
      expect(() => create(wrong, good)).toThrow(
        /createResolver\(\) wants a definition, as defineSettings\(\) makes it/,
      );
    },
  );

  test('a resolver refuses them too', async () => {
    const resolver = createResolver(definition, { environment: 'production', sources: [] });
    await resolver.load();
    const strange = { singal: undefined, dispsoe: undefined } as object;
    expect(() => resolver.changes(strange)).toThrow(/singal .*meant to be signal\?/);
    await expect(resolver.nextChange('PORT' as never, strange)).rejects.toThrow(/meant to be signal\?/);
    await expect(resolver.bind([], () => 1, strange)).rejects.toThrow(/meant to be dispose\?/);
    await resolver.close();
  });

  test('a source refuses them too', () => {
    const strange = { file: 'f', key: 'k', maxAge: 1 } as object;
    expect(() => withLastKnownGood(memorySource('a'), strange as never)).toThrow(
      /maxAge .*meant to be maxAgeMs\?/,
    );
    expect(() => memorySource('a', {}, { locla: true } as object)).toThrow(/locla .*meant to be local\?/);
  });

  test('leased() refuses them too', () => {
    const parameter = { parameter: { common_name: 'a.example' } } as object;
    expect(() => leased('pki/issue/web', 'certificate', parameter)).toThrow(/meant to be parameters\?/);
    expect(() => leased(undefined as never, 'certificate')).toThrow(/A leased path is not given as text/);
  });
});
