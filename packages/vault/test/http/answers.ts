import * as fc from 'fast-check';

/** A well-formed answer, as bytes in latin1. */
export interface WellFormed {
  readonly method: 'GET' | 'HEAD';
  readonly text: string;
  /** Whether only the end of the connection ends it. */
  readonly untilClose: boolean;
}

const text = (pattern: RegExp) => fc.stringMatching(pattern);
const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((all) => Buffer.from(all).toString('latin1'));
const padding = fc.constantFrom('', ' ', '  ', '\t', ' \t ');
/** Of fields with one value, by their names as they may be written. */
const value = text(/^(?:[!-~\xa0-\xff](?:[ -~\t\xa0-\xff]{0,20}[!-~\xa0-\xff])?)?$/);

const written = (name: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(name, padding, value, padding)
    .map(([key, before, held, after]) => `${key}:${before}${held}${after}`);

const singles = ['Content-Type', 'content-encoding', 'RETRY-AFTER', 'Age', 'Location', 'X-Cache', 'date'];
const fields: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.subarray(singles).chain((names) => fc.tuple(...names.map((name) => written(fc.constant(name))))),
    fc.array(written(fc.constantFrom('X-Vault-Index', 'x-vault-index', 'Via', 'X-~!#$%&*+.^_`|1')), {
      maxLength: 4,
    }),
  )
  .chain(([one, several]) => fc.shuffledSubarray([...one, ...several], { minLength: one.length }));

const interim = fc
  .array(fc.constantFrom('100 Continue', '102 Processing', '103 Early Hints'), { maxLength: 2 })
  .map((all) => all.map((line) => `HTTP/1.1 ${line}\r\nLink: </a>; rel=preload\r\n\r\n`).join(''));

const extension = fc.constantFrom('', ';a', ';a=b', ';a="b c";d');
const chunked: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.tuple(bytes(1, 40), extension, fc.boolean()), { maxLength: 5 }),
    extension,
    fc.array(written(fc.constantFrom('Expires', 'X-Trailer')), { maxLength: 2 }),
  )
  .map(
    ([chunks, last, trailers]) =>
      `${chunks
        .map(([data, extra, upper]) => {
          const size = data.length.toString(16);
          return `${upper ? `00${size.toUpperCase()}` : size}${extra}\r\n${data}\r\n`;
        })
        .join('')}0${last}\r\n${trailers.map((line) => `${line}\r\n`).join('')}\r\n`,
  );

const body = bytes(0, 60);
const framed: fc.Arbitrary<{ readonly field: string; readonly text: string; readonly until?: true }> =
  fc.oneof(
    body.map((text) => ({ field: `Content-Length: ${text.length}\r\n`, text })),
    chunked.map((text) => ({ field: 'Transfer-Encoding:  Chunked \r\n', text })),
    body.map((text) => ({ field: '', text, until: true as const })),
  );

/** Answers by RFC 9112 that may come from Vault, or from what stands before it. */
export const wellFormed: fc.Arbitrary<WellFormed> = fc
  .record({
    method: fc.constantFrom('GET' as const, 'GET' as const, 'HEAD' as const),
    before: interim,
    minor: fc.constantFrom(1, 1, 1, 0),
    status: fc.constantFrom(200, 200, 201, 204, 304, 400, 404, 429, 500, 503, 999),
    reason: fc.constantFrom(' OK', ' ', '', ' Not  Found\t!', ' \xfcbel'),
    connection: fc.constantFrom('', '', 'Connection: close\r\n', 'connection: Keep-Alive, CLOSE\r\n'),
    fields,
    framed,
  })
  .map(({ method, before, minor, status, reason, connection, fields, framed }) => {
    const bodyless = method === 'HEAD' || status === 204 || status === 304;
    const head = fields.map((line) => `${line}\r\n`).join('');
    // HTTP/1.0 knows no chunks.
    const {
      field,
      text,
      until = false,
    } = minor === 0 && framed.field.startsWith('Transfer') ? { field: '', text: 'x', until: true } : framed;
    return {
      method,
      text: `${before}HTTP/1.${minor} ${status}${reason}\r\n${connection}${head}${field}\r\n${bodyless ? '' : text}`,
      untilClose: until && !bodyless,
    };
  });
