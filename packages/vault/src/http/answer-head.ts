import { HttpFault } from './http-fault.js';

/** Header fields by lower-case name; of what came several times, all with commas between them (RFC 9110, 5.3). */
export type AnswerHeaders = ReadonlyMap<string, string>;

/** What stands before the body of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly framing: Framing;
  /** Whether the other side means to keep the connection. */
  readonly keepAlive: boolean;
}

/** Where a body ends: after so many bytes, with its last chunk, or with the connection. */
export type Framing = number | 'chunked' | 'close';

/**
 * Reads the head of an answer, without the empty line at its end.
 *
 * It believes less than it might: a field that is folded, or a length said in two ways, is how answers are made to
 * look different to a proxy and to a client.
 *
 * @param bodyless whether the answer has no body, whatever it says, as one to HEAD
 * @throws HttpFault for anything that RFC 9112 does not allow, or allows a client to refuse
 */
export function readHead(text: string, bodyless: boolean): AnswerHead {
  const lines = text.split('\r\n');
  const [, minor, code] = statusLine.exec(lines[0] ?? '') ?? [];
  if (code === undefined) throw new HttpFault('HTTP_BAD_STATUS_LINE');
  const status = Number(code);
  const headers = readFields(lines, 1);
  const none = bodyless || status === 204 || status === 304 || status < 200;
  return {
    status,
    headers,
    framing: framingOf(headers, none),
    keepAlive: minor === '1' && !closing.test(headers.get('connection') ?? ''),
  };
}

/**
 * Reads header fields, each a line.
 *
 * @param first the line that they begin with
 * @throws HttpFault for what is none
 */
export function readFields(lines: readonly string[], first: number): AnswerHeaders {
  const headers = new Map<string, string>();
  for (let index = first; index < lines.length; index++) {
    const [, name, padded = ''] = field.exec(lines[index] ?? '') ?? [];
    if (name === undefined) throw new HttpFault('HTTP_BAD_HEADER');
    const value = withoutPadding(padded);
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

// The text behind the status may be empty, and is nothing to go by.
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
// RFC 9112, 5: a token, a colon without a space before it, and a value without control characters.
const field = /^([\w!#$%&'*+.^`|~-]+):([\t\x20-\x7e\x80-\xff]*)$/;
const closing = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;

/** Other spaces are part of the value, to every other reader too: a length with one of them is none. */
function withoutPadding(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === ' ' || text[start] === '\t') start++;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(start, end);
}

/** RFC 9112, 6.3. */
function framingOf(headers: AnswerHeaders, none: boolean): Framing {
  const encoding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  if (encoding !== undefined) {
    // No other one was asked for, and with both of them somebody on the way believes the other.
    if (length !== undefined || encoding.toLowerCase() !== 'chunked') throw new HttpFault('HTTP_BAD_LENGTH');
    return none ? 0 : 'chunked';
  }
  if (length === undefined) return none ? 0 : 'close';
  if (!/^\d{1,15}$/.test(length)) throw new HttpFault('HTTP_BAD_LENGTH');
  return none ? 0 : Number(length);
}
