import { format, inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { plain, secret } from '../definition/definition.js';
import { canarySecret, expectNoCanary } from '../testing/index.js';
import { atOnce, makeSnapshot } from './snapshot.js';

const canary = canarySecret();

const making = makeSnapshot('shop (production)', [
  { setting: { ...secret('database/url', z.string()), name: 'DATABASE_URL' }, value: canary },
  { setting: { ...plain(z.int()), name: 'PORT' }, value: 8080 },
  {
    setting: { ...secret('api/keys', z.array(z.string())), name: 'API_KEYS' },
    value: Object.freeze([canary]),
  },
]);
const snapshot = atOnce(making) as {
  readonly DATABASE_URL: string;
  readonly PORT: number;
  readonly API_KEYS: readonly string[];
};

describe('a snapshot', () => {
  test('has its values as plain properties', () => {
    expect(snapshot.DATABASE_URL).toBe(canary);
    expect(snapshot.PORT).toBe(8080);
    expect('DATABASE_URL' in snapshot).toBe(true);
    expect('UNKNOWN' in snapshot).toBe(false);
    const { DATABASE_URL } = snapshot;
    expect(DATABASE_URL).toBe(canary);
  });

  test('inherits nothing that could be taken for a setting', () => {
    for (const name of ['constructor', '__proto__', 'hasOwnProperty', 'then']) {
      expect(Reflect.get(snapshot, name)).toBeUndefined();
    }
  });

  test('is frozen: assigning, adding and deleting throw', () => {
    const open = snapshot as unknown as Record<string, unknown>;
    expect(() => {
      open['PORT'] = 1;
    }).toThrow(TypeError);
    expect(() => {
      open['OTHER'] = 1;
    }).toThrow(TypeError);
    expect(() => {
      open['DATABASE_URL'] = 'x';
    }).toThrow(TypeError);
    expect(() => {
      delete open['PORT'];
    }).toThrow(TypeError);
    expect(() => Object.setPrototypeOf(snapshot, { PORT: 1 })).toThrow(TypeError);
    expect(() => {
      open['toString'] = () => 'x';
    }).toThrow(TypeError);
  });

  test('can be awaited, as it is no thenable', async () => {
    expect(await snapshot).toBe(snapshot);
  });

  test('shows plain settings, and of secrets that they are there', () => {
    expect(inspect(snapshot)).toBe(
      "[Settings of shop (production)] { DATABASE_URL: '[secret]', PORT: 8080, API_KEYS: '[secret]' }",
    );
    expect(JSON.stringify(snapshot)).toBe('{"DATABASE_URL":"[secret]","PORT":8080,"API_KEYS":"[secret]"}');
    expect(`${snapshot as unknown as string}`).toBe('[Settings of shop (production)]');
    expect(Object.prototype.toString.call(snapshot)).toBe('[object Settings]');
  });

  const ways: Readonly<Record<string, () => unknown>> = {
    'console.log': () => format(snapshot),
    'console.log with %s': () => format('%s %s', snapshot, 'x'),
    'console.log with %o': () => format('%o', snapshot),
    'console.log with %O': () => format('%O', snapshot),
    'console.log with %j': () => format('%j', snapshot),
    'inspection with hidden properties': () =>
      inspect(snapshot, { showHidden: true, depth: null, getters: true }),
    'inspection inside something': () => inspect({ a: [{ b: snapshot }] }, { showHidden: true, depth: null }),
    'inspection by hand, of what is enumerable': () => inspect(snapshot, { customInspect: false }),
    JSON: () => JSON.stringify({ a: [snapshot] }),
    'a template': () => `${snapshot as unknown as string}`,
    String: () => String(snapshot),
    'Reflect.ownKeys': () => Reflect.ownKeys(snapshot).map((key) => Reflect.get(snapshot, key)),
    'inspection by hand, of all': () =>
      inspect(snapshot, { customInspect: false, showHidden: true, depth: null }),
    spreading: () => ({ ...snapshot }),
    'Object.assign': () => Object.assign({}, snapshot),
    'Object.entries': () => Object.entries(snapshot),
    'Object.values': () => Object.values(snapshot),
    'for in': () => {
      const all: unknown[] = [];
      for (const name in snapshot) all.push(Reflect.get(snapshot, name));
      return all;
    },
    structuredClone: () => structuredClone(snapshot),
    'an error about it': () =>
      new Error(`bad settings: ${snapshot as unknown as string}`, { cause: snapshot }),
    URLSearchParams: () => String(new URLSearchParams(snapshot as unknown as Record<string, string>)),
  };
  test.each(Object.entries(ways))('shows no secret by %s', (_, way) => {
    const shown = way();
    if (typeof shown === 'object' && shown !== null && 'cause' in shown)
      expectNoCanary(canary, inspect(shown));
    else expectNoCanary(canary, shown);
  });

  test('shows no secret by console.table', async () => {
    const { Console } = await import('node:console');
    const { PassThrough } = await import('node:stream');
    const out = new PassThrough();
    const console = new Console(out);
    console.table(snapshot);
    console.table([snapshot]);
    console.dir(snapshot, { showHidden: true, depth: null });
    const text = String(out.read());
    expect(text).toContain('PORT');
    expectNoCanary(canary, text);
  });
});
