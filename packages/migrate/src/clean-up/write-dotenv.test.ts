import { chmod, lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'dotenv';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Entry } from '../entry.js';
import { readDotenv } from '../reading/read-dotenv.js';
import { dotenvText, writeDotenv } from './write-dotenv.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-'));
  file = join(folder, '.env');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entriesOf = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).map(([name, value]) => new Entry(name, value, { reader: 'test', place: 'here' }));

const piece = fc.constantFrom(
  ...[
    "'",
    '"',
    '`',
    '\\',
    '\n',
    '\r',
    '\r\n',
    '#',
    ' #',
    ' ',
    '\t',
    '=',
    '$',
    'a',
    'B',
    'ä',
    '🔑',
    '\\n',
    '\\r',
    "\\'",
  ],
  ...['\u2028', '\uFEFF', '\0', "'\n", '"\n', '`\n', 'export ', 'X=', ': '],
);
const hard = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const value = fc.oneof(hard, fc.string({ unit: 'binary' }), fc.string());

describe('a .env file that was written', () => {
  it('gives dotenv every value back byte for byte, or is not written', () => {
    let written = 0;
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => {
        const wanted = entriesOf(Object.fromEntries(values.map((value, index) => [`KEY_${index}`, value])));
        const possible = wanted.filter((entry) => {
          try {
            return dotenvText([entry], file);
          } catch (error) {
            expect(error).toMatchObject({ code: 'FILE_UNWRITABLE' });
            return false;
          }
        });
        written += possible.length / wanted.length;
        const read = parse(dotenvText(possible, file));
        expect(read).toEqual(Object.fromEntries(possible.map((entry) => [entry.name, entry.reveal()])));
      }),
      { numRuns: 1_000 },
    );
    // Hardly any value has no form.
    expect(written).toBeGreaterThan(900);
  });

  it.each([
    ['', 'A='],
    ['plain/value:8080', 'A=plain/value:8080'],
    ['with space', "A='with space'"],
    ['a#b', "A='a#b'"],
    ["it's", 'A="it\'s"'],
    ['"it\'s"', 'A=`"it\'s"`'],
    ['$HOME', "A='$HOME'"],
    ['-----BEGIN\nx\n-----END\n', "A='-----BEGIN\nx\n-----END\n'"],
    ['line\r\nend', 'A="line\\r\\nend"'],
    ['end\\', 'A=end\\'],
    ['"a\'b`\n', 'A=""a\'b`\\n"'],
    ['a\'b"c`d', 'A=a\'b"c`d'],
    [' \\n ', "A=' \\n '"],
  ])('has %j as %j', async (value, line) => {
    await writeDotenv(file, entriesOf({ A: value }));
    expect(await readFile(file, 'utf8')).toBe(`${line}\n`);
    expect(parse(await readFile(file))).toEqual({ A: value });
  });

  it('has what is no text as JSON', async () => {
    await writeDotenv(file, entriesOf({ A: 1, B: true, C: ["it's", { d: null }] }));
    const read = await readDotenv(file);
    expect(read.entries.map((entry) => JSON.parse(String(entry.reveal())))).toEqual([
      1,
      true,
      ["it's", { d: null }],
    ]);
  });

  it('is for its owner only, and takes the place of nothing', async () => {
    await writeDotenv(file, entriesOf({ A: '1' }));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(writeDotenv(file, entriesOf({ A: '2' }))).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: `The file ${file} is there already. Name another file, or allow to overwrite it.`,
    });
    expect(await readFile(file, 'utf8')).toBe('A=1\n');
    await symlink('nothing', join(folder, 'link'));
    await expect(writeDotenv(join(folder, 'link'), entriesOf({ A: '2' }))).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
    });
  });

  it('is replaced where that is asked for, through a link, with its mode', async () => {
    await writeFile(file, 'OLD=1\n');
    await chmod(file, 0o640);
    await symlink('.env', join(folder, 'link'));
    await writeDotenv(join(folder, 'link'), entriesOf({ A: '2' }), { overwrite: true });
    expect(await readFile(file, 'utf8')).toBe('A=2\n');
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true);
  });

  it.each(['has space', 'database/url', '', 'a=b', '__proto__', 'ä', 'A\nB'])(
    'is not written with the name %j',
    async (name) => {
      await expect(writeDotenv(file, entriesOf({ [name]: 'x' }))).rejects.toMatchObject({
        code: 'FILE_UNWRITABLE',
        message: `The file ${file} is not written: ${JSON.stringify(name)} is no name that dotenv reads. Leave it out.`,
      });
      await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it.each(['a\r"#b', 'a\nb\\', 'a"#\'`', '\ud83d'])(
    'is not written with a value that dotenv cannot read: %j',
    async (value) => {
      const error: unknown = await writeDotenv(file, entriesOf({ A: value })).catch(
        (error: unknown) => error,
      );
      expect(error).toMatchObject({
        code: 'FILE_UNWRITABLE',
        message: `The file ${file} is not written: no quotes can hold the value of A, because of the quotes or line ends in it. Leave it out.`,
      });
      await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it('is not half there when it cannot be written', async () => {
    const gone = join(folder, 'gone', '.env');
    await expect(writeDotenv(gone, entriesOf({ A: '1' }))).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
