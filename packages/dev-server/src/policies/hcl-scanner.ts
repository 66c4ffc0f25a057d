/** A policy text is not HCL; the message is what Vault says. */
export class HclError extends Error {}

export type TokenKind = 'IDENT' | 'STRING' | 'NUMBER' | 'FLOAT' | 'BOOL' | 'HEREDOC' | 'EOF' | Punctuation;
type Punctuation = 'LBRACE' | 'RBRACE' | 'LBRACK' | 'RBRACK' | 'ASSIGN' | 'COMMA';

export interface Token {
  readonly kind: TokenKind;
  /** The value of a string, the text of all else. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const PUNCTUATION: ReadonlyMap<string, Punctuation> = new Map([
  ['{', 'LBRACE'],
  ['}', 'RBRACE'],
  ['[', 'LBRACK'],
  [']', 'RBRACK'],
  ['=', 'ASSIGN'],
  [',', 'COMMA'],
]);

const SPACE = /(?:[ \t\r\n]+|(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const STRING = /"((?:[^"\\\n]|\\.)*)"/y;
const HEREDOC = /<<(-?)([A-Za-z0-9_]+)\r?\n([\s\S]*?)\n[ \t]*\2(?![A-Za-z0-9_])/y;
const NUMBER = /-?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const IDENT = /[A-Za-z_][\w.-]*/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ['\\', '\\'],
]);

const decodeString = (text: string): string =>
  text.replace(/\\u([0-9a-fA-F]{4})|\\(.)/g, (_whole, hex: string | undefined, character: string) =>
    hex === undefined ? (ESCAPES.get(character) ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
  );

/** Cuts a policy text into tokens. */
export class HclScanner {
  #at = 0;

  constructor(private readonly text: string) {}

  /** @throws HclError */
  next(): Token {
    this.match(SPACE);
    const start = this.#at;
    const make = (kind: TokenKind, text: string): Token => ({ kind, text, ...this.position(start) });
    const first = this.text.charAt(start);
    if (first === '') {
      // Its scanner has looked one character further by then.
      const { line, column } = this.position(start);
      return { kind: 'EOF', text: '', line, column: column + 1 };
    }
    const punctuation = PUNCTUATION.get(first);
    if (punctuation !== undefined) {
      this.#at += 1;
      return make(punctuation, first);
    }
    if (first === '"') {
      const string = this.match(STRING);
      if (string === undefined) throw this.error(start, 'literal not terminated');
      return make('STRING', decodeString(string[1] ?? ''));
    }
    const heredoc = first === '<' ? this.match(HEREDOC) : undefined;
    if (heredoc !== undefined) return make('HEREDOC', `${heredoc[3] ?? ''}\n`);
    const number = this.match(NUMBER)?.[0];
    if (number !== undefined)
      return make(/[.eE]/.test(number) && !/x/i.test(number) ? 'FLOAT' : 'NUMBER', number);
    const word = this.match(IDENT)?.[0];
    if (word !== undefined) return make(word === 'true' || word === 'false' ? 'BOOL' : 'IDENT', word);
    throw this.error(start, 'illegal character');
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }

  private position(offset: number): { line: number; column: number } {
    const before = this.text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }

  private error(offset: number, message: string): HclError {
    const { line, column } = this.position(offset);
    return new HclError(`At ${line}:${column}: ${message}`);
  }
}
