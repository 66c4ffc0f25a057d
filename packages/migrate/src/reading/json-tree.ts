import { malformedText } from './read-text.js';
import { type Member, maxTreeDepth, type Tree } from './tree.js';

/**
 * Reads JSON with the line of each part, which `JSON.parse` does not tell; nor does it say on which line an error is
 * without quoting the text.
 *
 * @throws SourceError `SOURCE_MALFORMED` with the line
 */
export function parseJson(text: string, place: string): Tree {
  return new JsonText(text, place).whole();
}

/** From quote to quote; what is in it is judged by `JSON.parse`. */
const string = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;
const space = /[ \t\r\n]*/y;

class JsonText {
  readonly #text: string;
  readonly #place: string;
  #at: number;
  #line = 1;
  #depth = 0;

  constructor(text: string, place: string) {
    this.#text = text;
    this.#place = place;
    // Editors of Windows put a byte order mark there.
    this.#at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  whole(): Tree {
    const tree = this.#tree();
    if (this.#at < this.#text.length) throw this.#fault('goes on after the end of the JSON');
    return tree;
  }

  #tree(): Tree {
    this.#space();
    const line = this.#line;
    if (this.#next('{')) return { line, members: this.#list('}', () => this.#member()) };
    if (this.#next('[')) return { line, items: this.#list(']', () => this.#tree()) };
    const scalar = this.#scalar();
    this.#space();
    return { line, ...scalar };
  }

  #scalar(): Pick<Tree, 'value' | 'text' | 'note'> {
    const text = this.#take(string);
    if (text !== undefined) return textOf(this.#string(text));
    const digits = this.#take(number);
    if (digits !== undefined) return numberOf(digits);
    const named = this.#take(word);
    if (named === undefined) throw this.#fault('is no valid JSON');
    return { value: JSON.parse(named), ...(named === 'null' ? {} : { text: named }) };
  }

  #member(): Member {
    this.#space();
    const line = this.#line;
    const key = this.#take(string);
    if (key === undefined) throw this.#fault('is no valid JSON: a name in double quotes is wanted');
    this.#space();
    if (!this.#next(':')) throw this.#fault('is no valid JSON: a colon is wanted');
    return { key: this.#string(key), line, tree: this.#tree() };
  }

  #list<T>(end: string, one: () => T): T[] {
    this.#depth += 1;
    if (this.#depth > maxTreeDepth) throw this.#fault('is nested too deeply');
    const items: T[] = [];
    this.#space();
    if (!this.#next(end)) {
      do items.push(one());
      while (this.#next(','));
      if (!this.#next(end)) throw this.#fault(`is no valid JSON: a comma or ${end} is wanted`);
    }
    this.#depth -= 1;
    this.#space();
    return items;
  }

  #string(literal: string): string {
    try {
      return JSON.parse(literal);
    } catch {
      // The error of JSON.parse quotes the text.
      throw this.#fault('is no valid JSON: a string holds what JSON does not allow');
    }
  }

  #next(letter: string): boolean {
    const there = this.#text.charAt(this.#at) === letter;
    if (there) this.#at += 1;
    return there;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [taken] = pattern.exec(this.#text) ?? [];
    this.#at += taken?.length ?? 0;
    return taken;
  }

  #space(): void {
    for (const letter of this.#take(space) ?? '') if (letter === '\n') this.#line += 1;
  }

  #fault(what: string): Error {
    return malformedText(this.#place, this.#line, `${what}.`);
  }
}

const textOf = (text: string): Pick<Tree, 'value' | 'text'> => ({ value: text, text });

function numberOf(digits: string): Pick<Tree, 'value' | 'text' | 'note'> {
  const value = Number(digits);
  return sameNumber(digits, String(value))
    ? { value, text: digits }
    : { ...textOf(digits), note: 'number-as-text' };
}

/** Whether two decimal texts are the same number: the same digits at the same place. */
function sameNumber(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => {
    const [, sign, whole = '', part = '', power = '0'] =
      /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
    const digits = `${whole}${part}`.replace(/^0+/, '');
    const short = digits.replace(/0+$/, '');
    return short === ''
      ? '0'
      : `${sign}${short}e${Number(power) - part.length + digits.length - short.length}`;
  });
  return a === b;
}
