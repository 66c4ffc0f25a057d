import { describe, expect, test } from 'vitest';
import { auditTree } from '../../src/audit/index.js';
import { KnownValues } from '../../src/audit/known-values.js';
import { scanText } from '../../src/audit/scan-text.js';
import { SecretSettings } from '../../src/audit/secret-settings.js';
import { Entry } from '../../src/index.js';
import { Folder } from './folder.js';

const million = 1_000_000;
const secrets = new SecretSettings(['DATABASE_URL', 'SECRET_KEY']);
const entry = new Entry('SECRET_KEY', 'aaaaaaaaaaaaaaaaaaaaB1', { reader: 'environment', place: 'here' });
const knowledge = { secrets, known: new KnownValues([entry], secrets) };

/** A million characters of one piece, on one line. */
const lineOf = (piece: string): string => piece.repeat(Math.ceil(million / piece.length)).slice(0, million);

// Each is meant to make one rule look at the same text again and again; a test that takes too long fails by its limit.
const pieces = [
  'a',
  ' ',
  '\t',
  '"',
  '`',
  '\\',
  '(',
  'A1',
  'key',
  'key=',
  'key="',
  "key='\\",
  'token: ',
  'password',
  'password=',
  'password=,',
  '"password=',
  'user=a;password=bbbb;',
  'x.password.',
  '--password ',
  '<password>',
  '<password ',
  `\${KEY:-`,
  'env("KEY",',
  'secret || ',
  'secret\n\n\n',
  '://',
  'a://',
  'a://b:c@',
  'a://b:c/',
  'http://a:b@c ',
  '[[',
  '{{',
  '%s',
  '%(a',
  'a(',
  'a.b(',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----',
  '-----BEGIN RSA PRIVATE KEY-----AAAA',
  'PuTTY-User-Key-File-2:\nPrivate-Lines: 9\n',
  'eyJ',
  'eyJaaaaaaaaaaaa.eyJ',
  'eyJhbGciOiJIUzI1NiJ9.',
  's.',
  's.aaaaaaaaaaaaaaaaaaaaaaaa',
  'sk-',
  'sk-a-',
  'xoxb-',
  'xoxb-1-',
  'SG.',
  'SG.a.a',
  'AKIA',
  'curl ',
  'curl -u ',
  'curl -u a:',
  '"auth": "',
  'Bearer ',
  'Basic ',
  '_authToken=',
  'dp.pt.',
  'AccountKey=',
  'strongroom-ignore ',
  'aaaaaaaaaaaaaaaaaaaaB1',
  '/a',
  '../',
  'é',
  '\u{1f511}',
  '\ud83d',
];

describe('a line of a million characters', () => {
  test.each(pieces.map((piece) => [JSON.stringify(piece), piece]))('of %s is read once', (_, piece) => {
    // YAML's values may stand without quotes, which is most to read.
    for (const { start, end } of scanText(lineOf(piece), 'a.yaml', knowledge))
      expect(start).toBeLessThan(end);
  });

  test.each([
    'password',
    'https://user:',
    '-----BEGIN PRIVATE KEY-----',
    'eyJ',
    'curl -u a:',
    "const secret = '",
  ])('is read once after %s', (head) => {
    for (const tail of ['a', 'aB1', '=', '\\', '.a', ' a', '/']) {
      scanText(head + lineOf(tail), 'a.js', knowledge);
      scanText(head + lineOf(tail), 'a.yaml', knowledge);
    }
  });
});

test('a text that is one whole secret of many lines is read once', () => {
  const lines = Array.from({ length: 40_000 }, (_, index) => `DB_${index}_PASSWORD=Sommer${index}!xY`);
  const found = scanText(lines.join('\n'), 'a.env', knowledge);
  expect(found).toHaveLength(40_000);
});

test('names and texts that look like properties of objects are data', async () => {
  await using folder = await Folder.with({
    __proto__: `constructor = 'x'\n__proto__ = 'x'\n`,
    'constructor.env': '__proto___PASSWORD=Sommer77!xYz\nconstructor.password=Winter77!xYz\n',
  });
  const { findings } = await auditTree({ root: folder.path });
  expect(findings.map(({ proposal }) => proposal.setting)).toEqual([
    'PROTO_PASSWORD',
    'CONSTRUCTOR_PASSWORD',
  ]);
});
