import { AssertionError } from 'node:assert';
import { randomInt } from 'node:crypto';
import { inspect } from 'node:util';

const upper = 'BCDFGHJKMNPQRSTVWXZ';
const digits = '23456789';
const lower = 'bcdfghjkmnpqrstvwxz';

/** As many letters in a row of a secret are taken for a leak: enough that no chance brings them together. */
const partLength = 6;
/** The same for a secret of hexadecimal digits and dashes alone, such as a UUID: two of them share six by chance. */
const hexPartLength = 12;

/**
 * A secret for tests: no other text holds it or six of its letters in a row. It has characters that change
 * under JSON, URL and base64 encoding.
 */
export function canarySecret(): string {
  const run = () => Array.from({ length: 4 }, () => pick(upper) + pick(digits) + pick(lower)).join('');
  return `${run()}+/ ${run()}`;
}

/**
 * Searches for a canary: whole or in part, reversed, in another case, in base64, base64url, hex and URL
 * encoding; in texts, in errors with all their fields, stacks and causes, and in whatever `util.inspect`,
 * `JSON.stringify`, `String` and a walk over the properties show of an object.
 *
 * @returns where and in which form it was found, without the value; undefined when it was not
 */
export function findCanary(canary: string, ...things: readonly unknown[]): string | undefined {
  const forms = formsOf(canary);
  for (const { where, text } of things.flatMap((thing) => textsOf(thing))) {
    for (const [form, needles] of forms) {
      if (needles.some((needle) => text.includes(needle))) return `${where}: ${form}`;
    }
  }
  return undefined;
}

/**
 * Fails the test, whatever runs it, when a canary can be found in any of the given things; see {@link findCanary}.
 *
 * @throws AssertionError
 */
export function expectNoCanary(canary: string, ...things: readonly unknown[]): void {
  const found = findCanary(canary, ...things);
  if (found === undefined) return;
  throw new AssertionError({ message: `a secret was found in ${found}`, stackStartFn: expectNoCanary });
}

const pick = (letters: string): string => letters.charAt(randomInt(letters.length));

function formsOf(canary: string): ReadonlyMap<string, readonly string[]> {
  const bytes = Buffer.from(canary);
  const length = /^[0-9a-f-]+$/i.test(canary) ? hexPartLength : partLength;
  // In base64 a text looks different by its offset in the whole, modulo three.
  const base64 = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return parts(encoded.slice(offset === 0 ? 0 : 4, -4), 8);
  });
  return new Map([
    ['as it is, at least in part', parts(canary, length)],
    ['reversed', parts([...canary].reverse().join(''), length)],
    [
      'in another case',
      [canary.toLowerCase(), canary.toUpperCase()].flatMap((text) => parts(text, Math.max(8, length))),
    ],
    ['in base64', [...base64, ...base64.map((part) => part.replaceAll('+', '-').replaceAll('/', '_'))]],
    ['in hex', [...parts(bytes.toString('hex'), 12), ...parts(bytes.toString('hex').toUpperCase(), 12)]],
    ['URL-encoded', parts(encodeURIComponent(canary), Math.max(8, length))],
  ]);
}

const parts = (text: string, length: number): readonly string[] =>
  text.length <= length
    ? [text]
    : Array.from({ length: text.length - length + 1 }, (_, start) => text.slice(start, start + length));

interface Rendered {
  readonly where: string;
  readonly text: string;
}

function textsOf(thing: unknown): readonly Rendered[] {
  if (typeof thing === 'string') return [{ where: 'text', text: thing }];
  const texts: Rendered[] = [];
  walk(thing, '$', texts, new Set());
  const inspected = { depth: null, maxStringLength: null, maxArrayLength: null } as const;
  render('util.inspect', () => inspect(thing, inspected));
  render('util.inspect with showHidden', () => inspect(thing, { ...inspected, showHidden: true }));
  render('JSON', () => JSON.stringify(thing));
  render('String', () => `${thing}`);
  return texts;

  function render(where: string, make: () => string | undefined): void {
    try {
      const text = make();
      if (text !== undefined) texts.push({ where, text });
    } catch {
      // What cannot be rendered so (a cycle in JSON, no toString) cannot be leaked so.
    }
  }
}

/** Every property that code could come upon by walking; of an error, those that are not enumerable too. */
function walk(thing: unknown, where: string, texts: Rendered[], seen: Set<unknown>): void {
  if (typeof thing === 'string') texts.push({ where, text: thing });
  if (typeof thing !== 'object' || thing === null || seen.has(thing)) return;
  seen.add(thing);
  if (thing instanceof Uint8Array) {
    texts.push({ where, text: Buffer.from(thing).toString('latin1') });
    return;
  }
  if (thing instanceof Map || thing instanceof Set) {
    for (const [key, value] of thing.entries()) {
      walk(key, `${where} key`, texts, seen);
      walk(value, `${where} entry`, texts, seen);
    }
  }
  const every = thing instanceof Error;
  for (const key of Reflect.ownKeys(thing)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(thing, key);
    if (descriptor === undefined || !(every || descriptor.enumerable)) continue;
    texts.push({ where: `${where} key`, text: String(key) });
    try {
      walk(Reflect.get(thing, key), `${where}.${String(key)}`, texts, seen);
    } catch (thrown) {
      walk(thrown, `${where}.${String(key)} thrown`, texts, seen);
    }
  }
}
