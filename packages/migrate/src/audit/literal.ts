/** A literal as it stands in a text. */
export interface Literal {
  /** Its inside, without quotes. */
  readonly start: number;
  readonly end: number;
  /** Escapes undone. */
  readonly value: string;
  readonly quoted: boolean;
}

/** Longer ones are no setting's value that stands on one line. */
const maxLength = 4096;

const quotes = new Set(['"', "'", '`']);

/** Reads a literal in quotes that begins here, a prefix such as Python's `b` or `f` before it. */
export function quotedLiteral(text: string, from: number): Literal | undefined {
  let at = from;
  if (/[rbufRBUF@$]/.test(text.charAt(at)) && quotes.has(text.charAt(at + 1))) at++;
  const quote = text.charAt(at);
  if (!quotes.has(quote)) return undefined;
  const start = at + 1;
  const limit = Math.min(text.length, start + maxLength);
  for (let index = start; index < limit; index++) {
    const character = text.charAt(index);
    if (character === '\\') index++;
    else if (character === quote) {
      return { start, end: index, value: unescaped(text.slice(start, index)), quoted: true };
    } else if (character === '\n' && quote !== '`') return undefined;
  }
  return undefined;
}

/** Longer ones are known by their form, or are data. */
const maxBare = 1024;
const bare = /[^\s"'`<>;,]{1,1024}/y;

/** Reads a value without quotes that begins here and ends with the line, a space, or what ends one in its place. */
export function bareLiteral(text: string, from: number): Literal | undefined {
  bare.lastIndex = from;
  const value = bare.exec(text)?.[0];
  if (value === undefined || value.length === maxBare) return undefined;
  return { start: from, end: from + value.length, value, quoted: false };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** What a literal's source text means, in nearly every language. */
export const unescaped = (source: string): string =>
  source.includes('\\')
    ? source.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g, (_, unicode, hex, other) =>
        other === undefined
          ? String.fromCharCode(Number.parseInt(unicode ?? hex, 16))
          : (escapes[other] ?? other),
      )
    : source;
