import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wellFormed } from './answers.js';
import { cut, reading, readingOf } from './reading.js';

const ok = 'HTTP/1.1 200 OK\r\n';

describe('an answer that is complete', () => {
  test.each([
    ['by its length', `${ok}Content-Length: 5\r\n\r\nhello`, 'hello', true],
    ['without a body', `${ok}Content-Length: 0\r\n\r\n`, '', true],
    [
      'in chunks',
      `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;a="b"\r\n,  \r\n0\r\n\r\n`,
      'hello,  ',
      true,
    ],
    [
      'with trailers',
      `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0;a\r\nA: b\r\nC:\r\n\r\n`,
      'x',
      true,
    ],
    ['with 204, whatever it says', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', '', true],
    ['with 304, whatever it says', 'HTTP/1.1 304 \r\nTransfer-Encoding: chunked\r\n\r\n', '', true],
    [
      'after others',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nA: b\r\n\r\n${ok}Content-Length: 1\r\n\r\nx`,
      'x',
      true,
    ],
    ['that closes', `${ok}Connection: close\r\nContent-Length: 1\r\n\r\nx`, 'x', false],
    [
      'that closes among others',
      `${ok}Connection: a\r\nConnection: b ,\tClose\r\nContent-Length: 1\r\n\r\nx`,
      'x',
      false,
    ],
    ['that does not close', `${ok}Connection: closed, not-close\r\nContent-Length: 1\r\n\r\nx`, 'x', true],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx', 'x', false],
    ['with more behind it', `${ok}Content-Length: 1\r\n\r\nxHTTP/1.1`, 'x', false],
    ['without a body, with more behind it', 'HTTP/1.1 204 \r\n\r\n{}', '', false],
  ])('%s', (_, text, body, keepAlive) => {
    expect(readingOf(text)).toMatchObject({ outcome: 'complete', body, keepAlive });
  });

  test('ends with the connection where nothing else is said, and only there', () => {
    const text = `${ok}\r\nhello`;
    expect(readingOf(text)).toMatchObject({ outcome: 'waiting', body: 'hello' });
    expect(readingOf(text, { ended: true })).toMatchObject({ outcome: 'complete', keepAlive: false });
    for (const cutOff of [
      '',
      'HTTP/1.1 200 OK\r\n',
      `${ok}Content-Length: 6\r\n\r\nhello`,
      `${ok}Transfer-Encoding: chunked\r\n\r\n`,
      `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`,
      `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n`,
      'HTTP/1.1 103 \r\n\r\n',
    ]) {
      expect(readingOf(cutOff, { ended: true })).toMatchObject({ outcome: 'waiting' });
    }
  });

  test('to HEAD has no body, whatever it says', () => {
    for (const field of ['Content-Length: 5', 'Transfer-Encoding: chunked', 'Server: x']) {
      const answer = readingOf(`${ok}${field}\r\n\r\n`, { bodyless: true });
      expect(answer).toMatchObject({ outcome: 'complete', body: '', keepAlive: true });
    }
  });

  test('has its fields by lower-case name, without spaces around them, of several all', () => {
    const { head } = readingOf(
      `${ok}A: 1\r\nA:2\t \r\nb:\r\n__proto__:  x  y \r\nContent-Length: 0\r\nC: \xa0\xfc\xa0\r\n\r\n`,
    );
    expect([...(head?.headers ?? [])]).toEqual([
      ['a', '1, 2'],
      ['b', ''],
      ['__proto__', 'x  y'],
      ['content-length', '0'],
      ['c', '\xa0\xfc\xa0'],
    ]);
  });
});

const long = (length: number) => 'x'.repeat(length);

// Each as soon as it is seen, however the answer might go on.
describe('an answer that cannot be believed', () => {
  test.each([
    ['of another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['of TLS', '\x15\x03\x01\x00\x02\x02\x46'],
    ['of HTTP/2', '\x00\x00\x12\x04\x00\x00\x00\x00\x00'],
    ['of another version', 'HTTP/2 200\r\n\r\n'],
    ['of an older version', 'HTTP/0.9 200\r\n\r\n'],
    ['that begins with an empty line', '\r\nHTTP/1.1 200 OK\r\n'],
    ['in small letters', 'http/1.1'],
  ])('begins as none does: %s', (_, text) => {
    expect(readingOf(text)).toMatchObject({ outcome: 'fault', code: 'HTTP_BAD_STATUS_LINE' });
  });

  test.each([
    '20',
    '2000',
    '099',
    '000',
    '2x0',
    '+20',
    '200OK',
    ' 200 OK',
    '200 O\x01K',
    '200\tOK',
    '',
    '-1 x',
  ])('has a status that is none: %j', (status) => {
    expect(readingOf(`HTTP/1.1 ${status}\r\n\r\n`)).toMatchObject({ outcome: 'fault' });
  });

  test.each([
    ['a space before the colon', 'Content-Length : 5'],
    ['a folded line', 'A: b\r\n c: d'],
    ['a folded line of tabs', 'A: b\r\n\tc'],
    ['a folded first line', ' A: b'],
    ['no colon', 'Content-Length'],
    ['no name', ': 5'],
    ['a name of other letters', 'Content-L\xe4ngth: 5'],
    ['a name in brackets', '(a): b'],
    ['NUL', 'A: b\0c'],
    ['NUL in a name', 'A\0: b'],
    ['a bell', 'A: b\x07'],
    ['DEL', 'A: b\x7f'],
    ['a return alone', 'A: b\rB: c'],
    ['a return too many', 'A: b\r'],
    ['a bare line feed', 'A: b\nContent-Length: 5'],
  ])('has a field that is none: %s', (_, line) => {
    for (const before of ['', 'HTTP/1.1 103 \r\n\r\n']) {
      const answer = readingOf(`${before}${ok}X: y\r\n${line}\r\n\r\n`);
      expect(answer).toMatchObject({ outcome: 'fault', code: 'HTTP_BAD_HEADER', head: undefined });
    }
  });

  test.each(['HTTP/1.1 200 OK\n', `${ok}A: b\n`, `${ok}A: b\0`, `${ok}A\r\r`, `${ok}\n`, `${ok}A: b\x01`])(
    'is not waited for: %j',
    (text) => {
      expect(readingOf(text)).toMatchObject({ outcome: 'fault' });
    },
  );

  test.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
    ['one length twice', 'Content-Length: 5\r\ncontent-length: 5'],
    ['a list of lengths', 'Content-Length: 5, 5'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
    ['chunks and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 5'],
    ['a negative length', 'Content-Length: -5'],
    ['a signed length', 'Content-Length: +5'],
    ['a hexadecimal length', 'Content-Length: 0x5'],
    ['a length of other digits', 'Content-Length: \xb2'],
    ['a length with another space', 'Content-Length: 5\xa0'],
    ['a broken length', 'Content-Length: 5.0'],
    ['an empty length', 'Content-Length:'],
    ['a length of two words', 'Content-Length: 5 5'],
    ['a huge length', 'Content-Length: 18446744073709551621'],
    ['a coding that nobody asked for', 'Transfer-Encoding: gzip'],
    ['two codings', 'Transfer-Encoding: gzip, chunked'],
    ['two codings the other way', 'Transfer-Encoding: chunked, gzip'],
    ['two codings in two fields', 'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked'],
    ['chunks in chunks', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'],
    ['a coding with another space', 'Transfer-Encoding: chunked\xa0'],
    ['a coding with a parameter', 'Transfer-Encoding: chunked;q=1'],
    ['an empty coding', 'Transfer-Encoding:'],
    ['the coding that is none', 'Transfer-Encoding: identity'],
  ])('has an end that is not clear: %s', (_, lines) => {
    for (const bodyless of [false, true]) {
      const answer = readingOf(`${ok}${lines}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, { bodyless });
      expect(answer).toMatchObject({ outcome: 'fault', code: 'HTTP_BAD_LENGTH', head: undefined });
    }
  });

  test.each([
    ['no length', '\r\nhello'],
    ['a length of no digits', 'x'],
    ['a negative length', '-1\r\n'],
    ['a prefix', '0x5\r\n'],
    ['a space before it', ' 5\r\n'],
    ['a huge length', 'fffffffffffffffff'],
    ['a bare line feed', '5\nhello'],
    ['a return too many', '5\r\r\n'],
    ['a bare line feed behind an extension', '5;a\n'],
    ['control characters', '5;a\x01'],
    ['a space behind it', '5 '],
    ['an endless extension', `5;${long(300)}`],
    ['less than its length', '5\r\nhell\r\n0\r\n\r\n'],
    ['more than its length', '5\r\nhello!\r\n'],
    ['half a line end', '5\r\nhello\n'],
    ['half a line end, the other half', '5\r\nhello\rx'],
  ])('has a chunk that is none: %s', (_, text) => {
    const answer = readingOf(`${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n${text}`);
    expect(answer).toMatchObject({ outcome: 'fault', code: 'HTTP_BAD_CHUNK' });
  });

  test.each([
    ['a bare line feed', 'A: b\n\n'],
    ['a bare line feed alone', '\n'],
    ['NUL', 'A: \0'],
    ['no colon', 'A\r\n\r\n'],
    ['a folded line', 'A: b\r\n c\r\n\r\n'],
    ['another answer', `${ok}\r\n\r\n`],
  ])('has trailers that are none: %s', (_, text) => {
    const answer = readingOf(`${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n${text}`);
    expect(answer).toMatchObject({ outcome: 'fault', code: 'HTTP_BAD_HEADER' });
  });

  test('has more fields than anybody needs, before the body or behind it', () => {
    for (const before of [ok, `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n`]) {
      for (const end of ['', '\r\n\r\n']) {
        const answer = readingOf(`${before}A: ${long(20_000)}${end}`);
        expect(answer).toMatchObject({ outcome: 'fault', code: 'HTTP_LONG_HEADER' });
      }
    }
  });

  test('switches to another protocol', () => {
    const answer = readingOf(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
    );
    expect(answer).toMatchObject({ outcome: 'fault', code: 'HTTP_UPGRADE' });
  });
});

const places = fc.array(fc.nat(100_000), { maxLength: 12 });
const bytes = (text: string) => Buffer.from(text, 'latin1');
const broken = ({ outcome, head, body, keepAlive }: ReturnType<typeof reading>) =>
  outcome === 'fault' ? { outcome } : { outcome, head, body, keepAlive };

test('an answer is the same in whatever pieces it comes', () => {
  fc.assert(
    fc.property(wellFormed, places, ({ method, text, untilClose }, at) => {
      const how = { bodyless: method === 'HEAD', ended: true };
      const whole = readingOf(text, how);
      expect(whole.outcome).toBe('complete');
      expect(whole.head?.framing === 'close').toBe(untilClose);
      expect(reading(cut(bytes(text), at), how)).toEqual(whole);
      expect(
        reading(
          [...bytes(text)].map((byte) => Buffer.of(byte)),
          how,
        ),
      ).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['a head', (size: number) => `HTTP/1.1 200 OK\r\nA: ${long(size - 20)}\r\n\r\n`, 16 * 1024],
  ['an extension', (size: number) => `${ok}Transfer-Encoding: chunked\r\n\r\n1;${long(size - 2)}\r\n`, 256],
  [
    'trailers',
    (size: number) => `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\nA: ${long(size - 5)}\r\n\r\n`,
    16 * 1024,
  ],
])('%s may have a size that does not depend on its pieces', (_, text, limit) => {
  for (const [size, fault] of [
    [limit, false],
    [limit + 1, true],
  ] as const) {
    const all = bytes(text(size));
    expect(reading([all]).outcome === 'fault').toBe(fault);
    for (let left = 0; left < 6; left++) {
      expect(reading(cut(all, [all.length - left])).outcome === 'fault').toBe(fault);
    }
  }
});

/** Texts of which parsers make something, and some of which they do not. */
const fragments = fc.constantFrom(
  ...[
    ok,
    'HTTP/1.1 ',
    'HTTP/1.0 200\r\n',
    'HTTP/1.1 100 \r\n\r\n',
    '204',
    '\r\n',
    '\r',
    '\n',
    ' ',
    '\t',
    ':',
    ';',
    ',',
  ],
  ...[
    'Content-Length: 3\r\n',
    'Content-Length: ',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
    'abc',
  ],
  ...[
    '\r\n\r\n',
    '0\r\n\r\n',
    '3\r\nabc\r\n',
    '0',
    'f',
    '-1',
    'ffffffff',
    '\0',
    '\x7f',
    '\xff',
    'A: b\r\n',
    '101',
  ],
);
const anything = fc.oneof(
  fc.array(fragments, { maxLength: 25 }).map((all) => bytes(all.join(''))),
  fc.array(fragments, { maxLength: 15 }).map((all) => bytes(ok + all.join(''))),
  fc
    .array(fragments, { maxLength: 15 })
    .map((all) => bytes(`${ok}Transfer-Encoding: chunked\r\n\r\n${all.join('')}`)),
  fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all)),
  fc.tuple(wellFormed, fc.nat(2_000), fc.integer({ min: 0, max: 255 })).map(([{ text }, at, byte]) => {
    const changed = bytes(text);
    changed[at % changed.length] = byte;
    return changed;
  }),
);

test('whatever bytes come, they are an answer, the beginning of one, or a fault, in whatever pieces', () => {
  fc.assert(
    fc.property(anything, places, fc.boolean(), fc.boolean(), (all, at, bodyless, ended) => {
      const how = { bodyless, ended };
      const whole = reading([all], how);
      expect(whole.body.length).toBeLessThanOrEqual(all.length);
      const pieces = reading(cut(all, at), how);
      // What comes behind the answer in a piece of its own is for the connection to see.
      if (whole.outcome === 'complete')
        expect({ ...pieces, keepAlive: false }).toEqual({ ...whole, keepAlive: false });
      else expect(broken(pieces)).toEqual(broken(whole));
    }),
    { numRuns: 3_000 },
  );
});

test('what never ends is not kept', () => {
  const endless: readonly (readonly [string, string])[] = [
    ['', 'HTTP/1.1'],
    ['HTTP/1.1 200 ', 'O'],
    [ok, 'A: b\r\n'],
    ['', 'HTTP/1.1 103 \r\nA'],
    [`${ok}Transfer-Encoding: chunked\r\n\r\n`, '0'],
    [`${ok}Transfer-Encoding: chunked\r\n\r\n1;`, 'a'],
    [`${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n`, 'A: b\r\n'],
  ];
  for (const [beginning, more] of endless) {
    const pieces = [bytes(beginning), ...Array.from({ length: 40 }, () => bytes(more.repeat(512)))];
    expect(reading(pieces)).toMatchObject({ outcome: 'fault' });
  }
});
