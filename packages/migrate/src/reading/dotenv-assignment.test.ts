import { parse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeApart } from './dotenv-assignment.js';

/** Pieces that mean something to the grammar, in any order. */
const piece = fc.constantFrom(
  ...[
    'A',
    'B_1',
    'c.d',
    'x-y',
    'export',
    'export ',
    'KEY=',
    'B=',
    '=',
    ':',
    ': ',
    ' ',
    '  ',
    '\t',
    '\n',
    '\n',
  ],
  ...[
    '\r\n',
    '\r',
    "'",
    '"',
    '`',
    '\\',
    "\\'",
    '\\"',
    '\\n',
    '\\r',
    '#',
    ' #',
    '$',
    `\${A}`,
    '\u2028',
    '\uFEFF',
  ],
  ...['ä', '日本', '__proto__', 'constructor', 'A="', "B='", 'C=`', '"\n', "'\n", '`\n', '\n\n', '-----'],
);
const dotenvText = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

describe('the assignments of a .env text', () => {
  it('are those that dotenv sees, for any text', () => {
    fc.assert(
      fc.property(dotenvText, (text) => {
        const { assignments } = takeApart(text);
        const values = assignments.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
        expect(Object.fromEntries(values)).toEqual(parse(text));
      }),
      { numRuns: 20_000 },
    );
  });
});
