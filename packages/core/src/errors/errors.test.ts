import { readFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import {
  ConfigurationError,
  type ErrorCode,
  errorTable,
  isConfigurationError,
  isSourceError,
  isStrongroomError,
  SourceError,
  StrongroomError,
} from './errors.js';

describe('the table of errors', () => {
  test.each(Object.entries(errorTable))('says all there is to say of %s', (code, entry) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    expect(entry.when).toMatch(/^[A-Z].*\.$/);
    expect(entry.remedy).toMatch(/^[A-Z].*\.$/);
    expect(typeof entry.retryable).toBe('boolean');
    expect(entry.httpStatus).toBeGreaterThanOrEqual(500);
    expect(entry.httpStatus).toBeLessThan(600);
  });

  test('and the documentation hold each other', async () => {
    const docs = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
    const documented = docs
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .slice(1, -1)
          .split(' | ')
          .map((cell) => cell.trim()),
      );
    const expected = Object.entries(errorTable).map(([code, entry]) => [
      `\`${code}\``,
      entry.when,
      entry.retryable ? 'yes' : 'no',
      String(entry.httpStatus),
      entry.remedy,
    ]);
    expect(documented).toEqual(expected);
    const mentioned = docs.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
    expect(mentioned.filter((code) => !Object.hasOwn(errorTable, code))).toEqual([]);
  });
});

describe('an error', () => {
  test('carries its code, its class and its cause', () => {
    const cause = new Error('why');
    const error = new SourceError('SOURCE_DENIED', 'refused', { cause, locator: 'a/b', hint: 'do' });
    expect(error).toMatchObject({ name: 'SourceError', code: 'SOURCE_DENIED', locator: 'a/b', hint: 'do' });
    expect(error.cause).toBe(cause);
    expect(error).toBeInstanceOf(StrongroomError);
    expect('cause' in new SourceError('SOURCE_DENIED', 'refused')).toBe(false);
  });

  test('is known by its brand, whichever copy of the package made it', async () => {
    vi.resetModules();
    const copy = await import('./errors.js');
    expect(copy.StrongroomError).not.toBe(StrongroomError);
    const error = new copy.SourceError('SOURCE_DENIED', 'refused');
    expect(error).not.toBeInstanceOf(StrongroomError);
    expect(isStrongroomError(error)).toBe(true);
    expect(isStrongroomError(error, 'SOURCE_DENIED')).toBe(true);
    expect(isStrongroomError(error, 'SOURCE_UNAVAILABLE')).toBe(false);
    expect(isSourceError(error)).toBe(true);
    expect(isConfigurationError(new copy.ConfigurationError('no', []))).toBe(true);
  });

  test.each([
    undefined,
    null,
    'SOURCE_DENIED',
    { code: 'SOURCE_DENIED' },
    Object.assign(new Error('x'), { code: 'SOURCE_DENIED' }),
  ])('is not taken for one of ours: %o', (thrown) => {
    expect(isStrongroomError(thrown)).toBe(false);
    expect(isStrongroomError(thrown, 'SOURCE_DENIED')).toBe(false);
    expect(isSourceError(thrown)).toBe(false);
    expect(isConfigurationError(thrown)).toBe(false);
  });

  test('of another kind is no source error', () => {
    const codes: readonly ErrorCode[] = ['SNAPSHOT_NOT_READY', 'RESOLVER_CLOSED', 'DEFINITION_INVALID'];
    for (const code of codes) {
      expect(isSourceError(new StrongroomError(code, 'x'))).toBe(false);
      expect(isStrongroomError(new StrongroomError(code, 'x'), code)).toBe(true);
    }
  });
});

describe('ConfigurationError', () => {
  const missing = { code: 'SETTINGS_MISSING', name: 'A', reason: 'missing', tried: [], hints: [] } as const;
  const invalid = { ...missing, code: 'SETTINGS_INVALID', name: 'B' } as const;

  test('is SETTINGS_INVALID as soon as one value is, and keeps each problem’s own code', () => {
    expect(new ConfigurationError('x', [missing]).code).toBe('SETTINGS_MISSING');
    expect(new ConfigurationError('x', [invalid]).code).toBe('SETTINGS_INVALID');
    const both = new ConfigurationError('x', [missing, invalid]);
    expect(both.code).toBe('SETTINGS_INVALID');
    expect(both.problems.map(({ code }) => code)).toEqual(['SETTINGS_MISSING', 'SETTINGS_INVALID']);
    expect(Object.isFrozen(both.problems)).toBe(true);
  });

  test('is SETTINGS_UNREADABLE only when nothing else is wrong', () => {
    const unreadable = { ...missing, code: 'SETTINGS_UNREADABLE', name: 'C' } as const;
    expect(new ConfigurationError('x', [unreadable]).code).toBe('SETTINGS_UNREADABLE');
    expect(isConfigurationError(new ConfigurationError('x', [unreadable]))).toBe(true);
    expect(new ConfigurationError('x', [unreadable, missing]).code).toBe('SETTINGS_MISSING');
    expect(new ConfigurationError('x', [unreadable, missing, invalid]).code).toBe('SETTINGS_INVALID');
  });

  test('lists what only follows from a problem beside that, and loses nothing of it', () => {
    const address = { ...invalid, name: 'VAULT_URL', reason: 'is not a valid URL', hints: ['Correct it.'] };
    const tls = { ...invalid, name: 'VAULT_SKIP_VERIFY', reason: 'is not a boolean' };
    const following = (name: string, ...follows: string[]) => ({
      ...missing,
      name,
      hints: ['Set it.'],
      follows,
    });
    const problems = [
      address,
      tls,
      following('B', 'VAULT_URL'),
      following('C', 'VAULT_URL'),
      following('D', 'GONE'),
    ];
    const error = new ConfigurationError('x', problems);
    expect(error.message).toBe(
      [
        'x',
        '  VAULT_URL: is not a valid URL\n    → Correct it.\n    No value because of this: B, C.',
        '  VAULT_SKIP_VERIFY: is not a boolean',
        '  D: missing\n    → Set it.',
      ].join('\n\n'),
    );
    expect(error.problems).toEqual(problems);
  });

  test('says a hint that several problems share once, at the end', () => {
    const problems = [
      { ...missing, hints: ['Set A.', 'Start the server.'] },
      { ...missing, name: 'C', hints: ['Set C.', 'Start the server.'] },
    ];
    expect(new ConfigurationError('2 problems', problems).message).toMatchInlineSnapshot(`
      "2 problems

        A: missing
          → Set A.

        C: missing
          → Set C.

        → Start the server."
    `);
  });
});
