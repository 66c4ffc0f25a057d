/** The target of a request line, taken apart as Go does. */
export interface RequestTarget {
  /** As it was sent. */
  readonly raw: string;
  /** Decoded. */
  readonly path: string;
  /** With the question mark, as it was sent; empty where there is none. */
  readonly search: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
}

const BROKEN_ESCAPE = /%(?![0-9a-fA-F]{2})/;

/** Decodes escapes; bytes that are not UTF-8 become U+FFFD. */
function percentDecode(text: string): string | undefined {
  if (BROKEN_ESCAPE.test(text)) return undefined;
  if (!text.includes('%')) return text;
  const bytes = text.replace(/%([0-9a-fA-F]{2})|[^%]+/g, (part, hex: string | undefined) =>
    hex === undefined ? Buffer.from(part).toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function parseQuery(search: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const part of search.slice(1).split(/[&;]/)) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const decode = (text: string): string | undefined => percentDecode(text.replaceAll('+', ' '));
    const key = decode(equals === -1 ? part : part.slice(0, equals));
    const value = decode(equals === -1 ? '' : part.slice(equals + 1));
    if (key === undefined || value === undefined) continue;
    query.set(key, [...(query.get(key) ?? []), value]);
  }
  return query;
}

/** @returns undefined for a target that is no path or has a broken escape */
export function parseTarget(raw: string): RequestTarget | undefined {
  const local = raw.replace(/^https?:\/\/[^/?]*/i, '');
  if (!local.startsWith('/')) return undefined;
  const mark = local.indexOf('?');
  const search = mark === -1 ? '' : local.slice(mark);
  const path = percentDecode(mark === -1 ? local : local.slice(0, mark));
  return path === undefined ? undefined : { raw, path, search, query: parseQuery(search) };
}

/** Letters, marks, numbers, punctuation, symbols and the ASCII space: what Go calls printable. */
export const isPrintable = (text: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(text);
