import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson, readYaml } from '../src/index.js';
import { linesOf, sourcePath, valuesOf, warningsOf } from './sources.js';

const json = (text: string) => readJson({ text, path: 'settings.json' });
const yaml = (text: string) => readYaml({ text, path: 'settings.yaml' });

describe('JSON', () => {
  test('has an entry for each leaf, by the keys that lead to it', async () => {
    const reading = await readJson(sourcePath('appsettings.json'));
    expect(valuesOf(reading)).toEqual({
      'ConnectionStrings.Default': 'Server=db;Database=shop;User Id=sa;Password=P@ss"w0rdä;',
      'Jwt.Key': 'zu geheim\n',
      'Jwt.Lifetime': 3600,
      'Jwt.Audiences': ['web', 'app'],
      'Logging.LogLevel.Default': 'Information',
      AccountId: '12345678901234567890',
      Ratio: 1.5,
      'Feature.Enabled': true,
      'Feature.Empty': {},
      '__proto__.polluted': 'no',
      AllowedHosts: 'example.org',
    });
    expect(linesOf(reading)).toMatchObject({
      'ConnectionStrings.Default': 3,
      'Jwt.Key': 5,
      'Jwt.Audiences': 5,
      AccountId: 8,
      AllowedHosts: 12,
    });
    expect(warningsOf(reading)).toEqual([
      'duplicate-key AllowedHosts 7',
      'number-as-text AccountId 8',
      'not-read Feature.Nothing 10',
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('of an object that stands there twice has only the last, as JSON.parse', async () => {
    const text = '{"a": {"x": 1},\n"a": {"y": 2}}';
    const reading = await json(text);
    expect(valuesOf(reading)).toEqual({ 'a.y': 2 });
    expect(warningsOf(reading)).toEqual(['duplicate-key a 1']);
  });

  test('is read as JSON.parse reads it, whatever it is', () =>
    fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), fc.boolean(), async (text, pretty) => {
        const value: unknown = JSON.parse(text);
        const whole = JSON.stringify({ leaf: [value] }, null, pretty ? '\t' : undefined);
        expect(valuesOf(await json(whole))).toEqual({ leaf: [value] });
      }),
    ));

  test('numbers keep all their digits', () =>
    fc.assert(
      fc.asyncProperty(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.bigInt(),
        async (double, int) => {
          const { entries } = await json(`{"double": ${JSON.stringify(double)}, "int": ${int}}`);
          const [first, second] = entries.map((entry) => entry.reveal());
          expect(first).toBe(double === 0 ? 0 : double);
          expect(typeof second === 'string' ? BigInt(second) : BigInt(second as number)).toBe(int);
        },
      ),
    ));

  test.each([
    ['', 1],
    ['\n\n{', 3],
    ['{"a": 1,\n}', 2],
    ['{"a": \n\n nope}', 3],
    ['{"a"\n 1}', 2],
    ['{"a": "x\ny"}', 1],
    ['{\n"a": "\\x"}', 2],
    ['{"a": 01}', 1],
    ['{"a": [1,\n2\n3]}', 3],
    ['{"a": 1}\n}', 2],
    ['\n[1, 2]', 2],
    ['"text"', 1],
    ['{\n"": 1}', 2],
    [`{"a": ${'['.repeat(100)}`, 1],
    ['{"a.b": 1,\n"a": {"b": 2}}', 2],
  ])('%j is refused on line %d', async (text, line) => {
    await expect(json(text)).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      locator: `settings.json:${line}`,
    });
  });

  test('of the largest size takes no longer than its length, also where nothing ends', async () => {
    const size = 1024 * 1024 - 10;
    for (const part of ['{"a":"', '"', '"\\', '\\"', '[', '{"a":', 'a', ' ', '\n', '1', '-', '[1,', '"\\u']) {
      await json(part.repeat(size / part.length)).catch(() => undefined);
      await json(`{"a": "${part.repeat((size - 10) / part.length)}`).catch(() => undefined);
    }
  });

  test('may begin with the mark of Windows', async () => {
    expect(valuesOf(await json('\uFEFF{"a": 1}\r\n'))).toEqual({ a: 1 });
  });

  test('leaves out half a character, which Vault would change', async () => {
    const reading = await json('{"a": "\\ud83d", "b": {"c": ["\\udd11"]}, "d": "\\ud83d\\udd11"}');
    expect(valuesOf(reading)).toEqual({ d: '🔑' });
    expect(warningsOf(reading)).toEqual(['not-text a 1', 'not-text b.c 1']);
  });
});

describe('YAML', () => {
  test('has an entry for each leaf, and each text as it stands', async () => {
    const reading = await readYaml(sourcePath('credentials.yml'));
    expect(valuesOf(reading)).toEqual({
      'default.adapter': 'postgresql',
      'default.pool': 5,
      secret_key_base: '3f1a9c0d5e7b2468',
      'aws.access_key_id': 123456,
      'aws.secret_access_key': 'a/b+c==',
      'aws.account': '012345678901',
      'database.adapter': 'postgresql',
      'database.pool': 10,
      'database.password': "it's # secret",
      ssh_key:
        '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n-----END OPENSSH PRIVATE KEY-----\n',
      folded: 'one line',
      enabled: 'yes',
      since: '2024-01-31',
      version: '1.10',
      hosts: ['a.example', 'b.example'],
      sealed: 'abc\n',
      Grüße: '日本語',
    });
    expect(linesOf(reading)).toMatchObject({
      'default.adapter': 3,
      'database.adapter': 3,
      'database.pool': 13,
      ssh_key: 14,
      Grüße: 28,
    });
    expect(warningsOf(reading)).toEqual([
      'number-as-text aws.account 9',
      'number-as-text version 23',
      'unknown-tag sealed 25',
      'not-read nothing 27',
    ]);
  });

  test('warns of a number or a tag in a list too', async () => {
    expect(warningsOf(await yaml('a: [1, 010]\nb: [{c: !t x}]\nc: [1]'))).toEqual([
      'number-as-text a 1',
      'unknown-tag b 2',
    ]);
  });

  test.each([
    ['', {}],
    ['# nothing\n', {}],
    ['---\n---\na: 1\n', { a: 1 }],
    ['8080: x', { 8080: 'x' }],
    ['a: 0x1F', { a: '0x1F' }],
    ['a: 1_000', { a: '1_000' }],
    ['a: .inf', { a: '.inf' }],
    ['a: 12345678901234567890', { a: '12345678901234567890' }],
    ['a: !!str 12', { a: '12' }],
    ['a: !!binary aGk=', { a: 'aGk=' }],
    ['%YAML 1.1\n---\na: yes\nb: 010', { a: 'yes', b: '010' }],
    ['a: &x {b: 1}\nc: *x', { 'a.b': 1, 'c.b': 1 }],
    ['a: &x 1\nb: *x\nc: &x 2\nd: *x', { a: 1, b: 1, c: 2, d: 2 }],
    [
      'a: &x {b: 1, c: 1}\nd: &y {c: 2}\ne: {<<: [*x, *y], f: 3}',
      { 'a.b': 1, 'a.c': 1, 'd.c': 2, 'e.b': 1, 'e.c': 1, 'e.f': 3 },
    ],
    ['"<<": 1', { '<<': 1 }],
    ['__proto__: {polluted: 1}\nconstructor: 2', { '__proto__.polluted': 1, constructor: 2 }],
    ['a: {b: [{__proto__: 1}]}', { 'a.b': [JSON.parse('{"__proto__": 1}')] }],
    ['\uFEFFa: 1\r\nb: "x\r\n  y"\r\n', { a: 1, b: 'x y' }],
    ['{"a": "\\ud83d\\udd11"}', { a: '🔑' }],
  ])('%j is read as %j', async (text, values) => {
    expect(valuesOf(await yaml(text))).toEqual(values);
  });

  const bomb = [
    'a0: &a0 [x]',
    ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
  ];
  const merging = [
    'a0: &a0 {x: 1}',
    ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}]}`),
  ];
  test.each([
    ['a: [1\nb: 2', 2],
    ['a: 1\n\tb: 2', 2],
    ['a: "x', 1],
    ['a: 1\nb: 2\na: 3', 3],
    ['a: *x', 1],
    ['a: &x [*x]', 1],
    ['a:\n  <<: 1', 2],
    ['a: &x\n  <<: *x', 2],
    ['? [x]\n: 1', 1],
    ['- a\n- b', 1],
    ['text', 1],
    ['a: 1\n---\nb: 2', 3],
    ['a.b: 1\na: {b: 2}', 2],
    [bomb.join('\n'), 15],
    [merging.join('\n'), 16],
  ])('%j is refused on line %d', async (text, line) => {
    await expect(yaml(text)).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      locator: `settings.yaml:${line}`,
    });
  });

  test('that is nested too deeply is refused', async () => {
    for (const deep of [
      '['.repeat(100_000),
      `a: ${'{a: '.repeat(200)}${'}'.repeat(200)}`,
      `a: ${'- '.repeat(5_000)}x`,
    ]) {
      await expect(yaml(deep)).rejects.toMatchObject({ code: 'SOURCE_MALFORMED' });
    }
  });

  test('may be long where it has no aliases', async () => {
    const { entries } = await yaml(`a: ["${'x", "'.repeat(150_000)}"]`);
    expect(entries[0]?.reveal()).toHaveLength(150_001);
  });

  test('reads JSON as readJson does', async () => {
    const text = (await readFile(sourcePath('appsettings.json'), 'utf8')).replace(
      '  "AllowedHosts": "*",\n',
      '',
    );
    expect(valuesOf(await yaml(text))).toEqual({ ...valuesOf(await json(text)), Ratio: '1.50' });
  });
});
