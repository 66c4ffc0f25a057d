const quoteCharacter = (character: string): string =>
  character === "'" ? "'\\''" : character === '"' ? "'\"'" : `'${JSON.stringify(character).slice(1, -1)}'`;

class Problem extends Error {}

/** Follows the first JSON value of a text up to where it is broken. */
class Scanner {
  #at = 0;

  constructor(private readonly text: string) {}

  private skipSpace(): void {
    while (/[ \t\r\n]/.test(this.text.charAt(this.#at))) this.#at += 1;
  }

  /** Takes the next character. */
  private next(): string {
    if (this.#at >= this.text.length) throw new Problem('unexpected EOF');
    const character = String.fromCodePoint(this.text.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    return character;
  }

  private nextAfterSpace(): string {
    this.skipSpace();
    return this.next();
  }

  private static fail(character: string, where: string): never {
    throw new Problem(`invalid character ${quoteCharacter(character)} ${where}`);
  }

  value(first = this.nextAfterSpace()): void {
    if (first === '{') this.object();
    else if (first === '[') this.array();
    else if (first === '"') this.string();
    else if (/[-0-9]/.test(first)) this.number(first);
    else if (first === 't') this.literal('true');
    else if (first === 'f') this.literal('false');
    else if (first === 'n') this.literal('null');
    else Scanner.fail(first, 'looking for beginning of value');
  }

  private object(): void {
    let key = this.nextAfterSpace();
    if (key === '}') return;
    for (;;) {
      if (key !== '"') Scanner.fail(key, 'looking for beginning of object key string');
      this.string();
      const colon = this.nextAfterSpace();
      if (colon !== ':') Scanner.fail(colon, 'after object key');
      this.value();
      const end = this.nextAfterSpace();
      if (end === '}') return;
      if (end !== ',') Scanner.fail(end, 'after object key:value pair');
      key = this.nextAfterSpace();
    }
  }

  private array(): void {
    const first = this.nextAfterSpace();
    if (first === ']') return;
    this.value(first);
    for (;;) {
      const end = this.nextAfterSpace();
      if (end === ']') return;
      if (end !== ',') Scanner.fail(end, 'after array element');
      this.value();
    }
  }

  private string(): void {
    for (;;) {
      const character = this.next();
      if (character === '"') return;
      if (character < ' ') Scanner.fail(character, 'in string literal');
      if (character === '\\') this.escape();
    }
  }

  private escape(): void {
    const kind = this.next();
    if (kind !== 'u') {
      if (!/["\\/bfnrt]/.test(kind)) Scanner.fail(kind, 'in string escape code');
      return;
    }
    for (let digit = 0; digit < 4; digit += 1) {
      const character = this.next();
      if (!/[0-9a-fA-F]/.test(character)) Scanner.fail(character, 'in \\u hexadecimal character escape');
    }
  }

  private literal(word: string): void {
    for (const expected of word.slice(1)) {
      const character = this.next();
      if (character !== expected) Scanner.fail(character, `in literal ${word} (expecting '${expected}')`);
    }
  }

  private number(first: string): void {
    const digits = (where: string): void => {
      const character = this.next();
      if (!/[0-9]/.test(character)) Scanner.fail(character, where);
      while (/[0-9]/.test(this.text.charAt(this.#at))) this.#at += 1;
    };
    this.#at -= first === '-' ? 0 : 1;
    digits('in numeric literal');
    if (this.text.charAt(this.#at) === '.') {
      this.#at += 1;
      digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.text.charAt(this.#at))) {
      this.#at += 1;
      if (/[-+]/.test(this.text.charAt(this.#at))) this.#at += 1;
      digits('in exponent of numeric literal');
    }
  }
}

/** What Go's decoder says of a text whose first JSON value is broken. Names one character of it at most. */
export function jsonProblem(text: string): string {
  try {
    new Scanner(text).value();
    return 'unexpected EOF';
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}
