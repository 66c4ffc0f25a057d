import { JsonNumber, type JsonValue } from './json-value.js';

/** The text is not JSON. Says nothing of the text itself, which may hold secrets. */
export class JsonSyntaxError extends Error {
  constructor() {
    super('invalid JSON');
  }
}

/** Deeper input is refused: the parser and the writer call themselves for each level. */
const MAX_DEPTH = 1000;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids raw control characters in strings
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const HEX = /[0-9a-fA-F]{4}/y;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

class JsonReader {
  #at = 0;

  constructor(readonly text: string) {}

  match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  take(literal: string): boolean {
    if (!this.text.startsWith(literal, this.#at)) return false;
    this.#at += literal.length;
    return true;
  }

  expect(literal: string): void {
    if (!this.take(literal)) throw new JsonSyntaxError();
  }

  atEnd(): boolean {
    this.match(SPACE);
    return this.#at >= this.text.length;
  }

  value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw new JsonSyntaxError();
    this.match(SPACE);
    if (this.take('{')) return this.object(depth);
    if (this.take('[')) return this.array(depth);
    if (this.take('"')) return this.string();
    if (this.take('true')) return true;
    if (this.take('false')) return false;
    if (this.take('null')) return null;
    const number = this.match(NUMBER);
    if (number === '') throw new JsonSyntaxError();
    return new JsonNumber(number);
  }

  private object(depth: number): JsonValue {
    const object = new Map<string, JsonValue>();
    this.match(SPACE);
    if (this.take('}')) return object;
    for (;;) {
      this.match(SPACE);
      this.expect('"');
      const key = this.string();
      this.match(SPACE);
      this.expect(':');
      object.set(key, this.value(depth + 1));
      this.match(SPACE);
      if (this.take('}')) return object;
      this.expect(',');
    }
  }

  private array(depth: number): JsonValue {
    const array: JsonValue[] = [];
    this.match(SPACE);
    if (this.take(']')) return array;
    for (;;) {
      array.push(this.value(depth + 1));
      this.match(SPACE);
      if (this.take(']')) return array;
      this.expect(',');
    }
  }

  private string(): string {
    let text = this.match(PLAIN);
    let escaped = false;
    while (!this.take('"')) {
      this.expect('\\');
      if (this.take('u')) {
        const hex = this.match(HEX);
        if (hex === '') throw new JsonSyntaxError();
        text += String.fromCharCode(Number.parseInt(hex, 16));
        escaped = true;
      } else {
        const plain = ESCAPES.get(this.text.charAt(this.#at));
        if (plain === undefined) throw new JsonSyntaxError();
        this.#at += 1;
        text += plain;
      }
      text += this.match(PLAIN);
    }
    return escaped ? text.replace(LONE_SURROGATE, '\ufffd') : text;
  }
}

/**
 * Reads the first JSON value of a text, as Vault reads a request body: what follows an object or an array is
 * not looked at. Of equal keys the last one counts; a lone surrogate becomes U+FFFD.
 *
 * @returns the value, or undefined when the text is empty or blank
 * @throws JsonSyntaxError
 */
export function parseFirstJson(text: string): JsonValue | undefined {
  const reader = new JsonReader(text);
  if (reader.atEnd()) return undefined;
  const value = reader.value(0);
  // Only brackets end a value by themselves; "null x" is one broken word.
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) {
    if (!reader.atEnd()) throw new JsonSyntaxError();
  }
  return value;
}

/**
 * Reads a text that is one JSON value and nothing else.
 *
 * @throws JsonSyntaxError
 */
export function parseJson(text: string): JsonValue {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  if (!reader.atEnd()) throw new JsonSyntaxError();
  return value;
}
