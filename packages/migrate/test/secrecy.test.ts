import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canarySecret, expectNoCanary } from '@strongroom/core/testing';
import { serverKinds, type TestServer, writeSecret } from '@strongroom/test-servers';
import { createVault, type Vault } from '@strongroom/vault';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cleanUpDotenv,
  Entry,
  type Reading,
  readCompose,
  readDotenv,
  readEnvironment,
  readJson,
  readKubernetesSecret,
  readSecretsFolder,
  readVault,
  readYaml,
  writeDotenv,
} from '../src/index.js';
import { addRawEnv } from '../src/reading/raw-env.js';
import { ReadingDraft } from '../src/reading/reading-draft.js';
import { temporaryFolder } from './sources.js';

/** A text in three parts, between which the secret stands twice. */
type Parts = readonly [string, string, string];

interface Subject {
  readonly reader: string;
  /** Whole, broken, and such that a secret comes to lie where it should not. */
  readonly texts: readonly Parts[];
  /** What is put in somewhere: all that means something in the format, but what makes a name of a value. */
  readonly noise: readonly string[];
  /** Where a SECRET is a name by the grammar, and names are shown. */
  readonly name?: RegExp;
  read(text: string, secret: string): Promise<Reading>;
}

const base64 = (secret: string) => Buffer.from(secret).toString('base64');
const path = '/nowhere/source';

const dotenvTexts: readonly Parts[] = [
  ['A=', '\nB=', '\n'],
  ['A="', '"\nA="', '"\n'],
  ["A='x\n", "'\nB=`", '`\n'],
  ['A="', '\nB=x#', '\n'],
  ['# A=', '\nA=1\n', '\n'],
  ['A="-----BEGIN PRIVATE KEY-----\n', '\n-----END PRIVATE KEY-----"\nA=', ''],
  ['A=-----BEGIN KEY-----\n', '\n', '\n-----END KEY-----\n'],
  ['A=encrypted:', '\nB=ENC[AES256_GCM,', ']\n'],
  ['A=1\nB=$A$', `\nC=\${A:-`, '}\n'],
  [`A=\${`, `}\nB=\${A:?`, '}\n'],
];

const subjects: readonly Subject[] = [
  {
    reader: 'readDotenv',
    texts: dotenvTexts,
    noise: [
      '"',
      "'",
      '`',
      '\n',
      '\r',
      '#',
      ' ',
      '\\',
      '$',
      `\${`,
      '}',
      'export ',
      'A=',
      'B: ',
      '\ud800',
      '\0',
    ],
    read: (text) => readDotenv({ text, path }),
  },
  {
    reader: 'readDotenv with expand',
    texts: dotenvTexts,
    noise: ['"', "'", '`', '\n', '#', ' ', '\\', '$', `\${`, '}', 'A=', '$A', `\${B:-`, `\${A:+`, '$('],
    read: (text) => readDotenv({ text, path }, { expand: true }),
  },
  {
    reader: 'readJson',
    texts: [
      ['{"a": "', '", "b": ["', '"]}'],
      ['{"a": {"b": "', '"}, "a": "', '"}'],
      ['{"a.b": "', '", "a": {"b": "', '"}}'],
      ['["', '", "', '"]'],
      ['"', '" "', '"'],
      ['{"a": "\\ud800', '", "b": "ENC[AES256_GCM,', '"}'],
    ],
    noise: ['"', '{', '}', '[', ']', ',', '\\', '\n', ' ', '1', '1e999', 'null', '\\u', '\\x', '\ud800'],
    name: /SECRET[^"]*"\s*:/,
    read: (text) => readJson({ text, path }),
  },
  {
    reader: 'readYaml',
    texts: [
      ['a: "', '"\nb: |\n  ', '\n'],
      ['a: &x "', '"\nb: *x\nc:\n  - "', '"\n'],
      ['a: !secret "', '"\na: "', '"\n'],
      ['a: !secret "', '"\nb: "', '"\nc: 01\n'],
      ['- "', '"\n- "', '"\n'],
      ["a: '", "'\n---\nb: '", "'\n"],
      ['a.b: "', '"\na:\n  b: "', '"\n'],
      ['a: >-\n  ', '\n <<: "', '"\n'],
    ],
    noise: [
      '"',
      "'",
      '\n',
      '\n  ',
      '\n- ',
      ' ',
      '#',
      '&x ',
      '*x',
      '*y',
      '!t ',
      '|',
      '>',
      ']',
      '}',
      '@',
      '`',
      '%',
      '\t',
    ],
    name: /SECRET.*:/,
    read: (text) => readYaml({ text, path }),
  },
  {
    reader: 'readCompose',
    texts: [
      ['services:\n  a:\n    environment:\n      A: "', '"\n      B: "', '"\n'],
      ['services:\n  a:\n    environment:\n      - "A=', '"\n      - "', '"\n'],
      ['services:\n  a:\n    environment:\n      A: "', '"\n  b:\n    environment:\n      - "A=x', '"\n'],
      ['services:\n  a:\n    environment:\n      A: "$', `"\n      B: "\${X:-`, '}"\n'],
      ['services:\n  a:\n    environment:\n      A: "', '"\n    ports: "', '"\n'],
      [`services:\n  a:\n    env_file: "\${FILE}"\n    environment: "`, '"\n    extends: "', '"\n'],
      ['services:\n  a:\n    secrets:\n      - "', '"\n    environment: "', '"\n'],
      ['services:\n  a:\n    env_file:\n      - path: x\n        format: "', '"\n        required: "', '"\n'],
      [
        'services:\n  a:\n    secrets: [x]\n    environment:\n      A: "',
        '"\n      B: "',
        `"\nsecrets:\n  x:\n    file: "\${FILE}"\n`,
      ],
    ],
    noise: ['"', "'", '\n', '\n      - ', ' ', '#', '$', '$$', `\${`, '}', `\${FILE}`, '!t ', ']', '=', '\t'],
    // What is put in for a variable is a value too.
    read: (text, secret) => readCompose({ text, path }, { variables: { FILE: secret } }),
  },
  {
    reader: 'readCompose, of a raw env_file',
    texts: dotenvTexts,
    noise: ['"', "'", '\n', '\r', '#', ' ', '$', '=', 'A=', 'A', '\ud800', '\0'],
    async read(text) {
      const draft = new ReadingDraft();
      addRawEnv(draft, text, path, () => undefined);
      return draft.finish();
    },
  },
  {
    reader: 'readKubernetesSecret',
    texts: [
      ['kind: Secret\nstringData:\n  a: "', '"\n  b: "', '"\n'],
      ['kind: Secret\nstringData:\n  a: "', '"\n---\nkind: Secret\nstringData:\n  a: "x', '"\n'],
      ['kind: Secret\ndata:\n  a: "', '"\nstringData:\n  - "', '"\n'],
      ['kind: Secret\nstringData:\n  a: "encrypted:', '"\n  b: !t "', '"\n'],
      ['kind: ConfigMap\ndata:\n  a: "', '"\n  b: "', '"\n'],
    ],
    noise: ['"', "'", '\n', '\n  ', '\n  - ', ' ', '#', '!t ', ']', '\t', '\n---\n'],
    read: (text, secret) =>
      readKubernetesSecret({ text: text.replace(/(data:\n {2}a: ")(.*?)"/, `$1${base64(secret)}"`), path }),
  },
];

const mutation = (noise: readonly string[]) =>
  fc.record({
    part: fc.nat(2),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.nat(3),
    put: fc.oneof(fc.constant(''), fc.constantFrom(...noise)),
  });

/** Everything that there is to see of what a reader gave, or of what it threw. */
async function outcomeOf(read: () => Promise<Reading>): Promise<Reading | Error> {
  try {
    return await read();
  } catch (error) {
    return error as Error;
  }
}

describe('no value is in an error, a warning, JSON or an inspection', () => {
  test.each(subjects)(
    'of $reader, whatever it reads',
    { timeout: 120_000 },
    async ({ texts, noise, name, read }) => {
      const secret = canarySecret();
      const plain = await Promise.all(texts.map((text) => outcomeOf(() => read(text.join(secret), secret))));
      // The property is worth something only where things go wrong.
      expect(plain.some((outcome) => outcome instanceof Error)).toBe(true);
      expect(plain.some((outcome) => 'warnings' in outcome && outcome.warnings.length > 0)).toBe(true);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...texts),
          fc.array(mutation(noise), { maxLength: 3 }),
          async (text, mutations) => {
            const parts = [...text];
            for (const { part, at, removed, put } of mutations) {
              const whole = parts[part] ?? '';
              const index = Math.round(at * whole.length);
              parts[part] = whole.slice(0, index) + put + whole.slice(index + removed);
            }
            const whole = parts.join(secret);
            fc.pre(name === undefined || !whole.replaceAll(secret, 'SECRET').match(name));
            const outcome = await outcomeOf(() => read(whole, secret));
            if (outcome instanceof Error) {
              expect(outcome).toMatchObject({
                code: expect.stringMatching(/^SOURCE_/),
                locator: expect.anything(),
              });
            }
            expectNoCanary(secret, outcome);
          },
        ),
        { numRuns: 400 },
      );
    },
  );

  test('of an environment, and of a folder of secrets', async () => {
    const secret = canarySecret();
    expectNoCanary(secret, await readEnvironment({ A: secret }));
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a'), secret);
    await writeFile(join(folder, 'b'), Buffer.concat([Buffer.from(secret), Buffer.from([0xff])]));
    await writeFile(join(folder, 'c'), `ENC[AES256_GCM,${secret}`);
    const reading = await readSecretsFolder(folder);
    expect(reading.entries.map((entry) => entry.reveal())).toContain(secret);
    expect(reading.warnings).toHaveLength(2);
    expectNoCanary(secret, reading);
    await writeFile(join(folder, 'd'), secret.repeat(100_000));
    expectNoCanary(secret, await outcomeOf(() => readSecretsFolder(folder)));
  });

  test('of a file that is no text', async () => {
    const secret = canarySecret();
    const file = join(await temporaryFolder(), 'source');
    await writeFile(
      file,
      Buffer.concat([Buffer.from(`A=${secret}\nB=`), Buffer.from([0xff]), Buffer.from(secret)]),
    );
    for (const read of [readDotenv, readJson, readYaml, readCompose, readKubernetesSecret]) {
      const outcome = await outcomeOf(() => read(file));
      expect(outcome).toMatchObject({ code: 'SOURCE_MALFORMED', locator: `${file}:2` });
      expectNoCanary(secret, outcome);
    }
  });

  test('of what cannot be written, or is cleaned up', async () => {
    const secret = canarySecret();
    const folder = await temporaryFolder();
    const entry = (value: string) => new Entry('A', value, { reader: 'test', place: 'here' });
    const all = '\'"`#\r';
    const impossible: unknown = await writeDotenv(join(folder, 'a'), [entry(secret + all)]).catch(
      (error) => error,
    );
    expect(impossible).toMatchObject({ code: 'FILE_UNWRITABLE' });
    expectNoCanary(secret, impossible);
    const file = join(folder, '.env');
    await writeFile(file, `A=${secret}\nB="\${A} ${secret}"\n# A=${secret}\n`);
    const passphrase = `${secret} as a passphrase`;
    const cleanUp = await cleanUpDotenv(file, {
      entries: [entry(secret), entry('other')],
      key: { passphrase },
    });
    const nowhere: unknown = await cleanUpDotenv(folder, {
      entries: [entry(secret)],
      key: { passphrase },
    }).catch((error) => error);
    expect(nowhere).toMatchObject({ code: 'SOURCE_MALFORMED' });
    expectNoCanary(secret, cleanUp, nowhere);
  });

  describe.each(serverKinds.map((kind) => [kind.name, kind] as const))('on %s', (_name, kind) => {
    let server: TestServer;
    let vault: Vault;
    beforeAll(async () => {
      server = await kind.start();
      vault = createVault({ address: server.address, token: server.rootToken, retries: 0 });
    });
    afterAll(async () => {
      await vault?.close();
      await server?.close();
    });

    test('of a path in Vault', async () => {
      const secret = canarySecret();
      await writeSecret(server, 'app/a', {
        key: secret,
        list: [secret, 2 ** 60],
        none: null,
        sealed: `ENC[AES256_GCM,${secret}`,
      });
      const reading = await readVault({ vault, mount: 'secret', path: 'app' });
      expect(reading.entries.map((entry) => entry.reveal())).toContain(secret);
      expect(reading.warnings.map(({ code }) => code)).toEqual(['not-read', 'not-read', 'encrypted']);
      expectNoCanary(secret, reading);
    });
  });
});
