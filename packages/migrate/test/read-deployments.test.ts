import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expectNoCanary } from '@strongroom/core/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readCompose, readEnvironment, readKubernetesSecret, readSecretsFolder } from '../src/index.js';
import { linesOf, sourcePath, temporaryFolder, valuesOf, warningsOf } from './sources.js';

const compose = (text: string, options?: Parameters<typeof readCompose>[1]) =>
  readCompose({ text, path: '/nowhere/compose.yaml' }, options);
const manifest = (text: string, options?: Parameters<typeof readKubernetesSecret>[1]) =>
  readKubernetesSecret({ text, path: 'secret.yaml' }, options);

test('the environment has each variable as it is', async () => {
  const reading = await readEnvironment({ A: '1', EMPTY: '', GONE: undefined });
  expect(valuesOf(reading)).toEqual({ A: '1', EMPTY: '' });
  expect(reading.entries[0]?.origin).toEqual({ reader: 'environment', place: 'the process environment' });
  expect(valuesOf(await readEnvironment())).toEqual({ ...process.env });
});

describe('a Compose file', () => {
  const variables = { DB_PASSWORD: 'p$w', API_KEY: 'key' };

  test('has the environment of its services, lists and maps and files', async () => {
    const reading = await readCompose(sourcePath('compose.yaml'), { variables, service: 'web' });
    expect(valuesOf(reading)).toEqual({
      SMTP_PASSWORD: 'mail nobody secret',
      WEB_CONCURRENCY: '2',
      DATABASE_URL: 'postgres://shop:p$w@db/shop',
      SECRET_KEY_BASE: 'pa$word=with=signs',
      RAILS_LOG_TO_STDOUT: '',
      GREETING: 'Grüße: "alle"',
      API_KEY: 'key',
    });
    expect(linesOf(reading)).toMatchObject({ SMTP_PASSWORD: 1, DATABASE_URL: 20, SECRET_KEY_BASE: 21 });
    expect(reading.entries.map(({ origin: { reader, place } }) => [reader, place])).toContainEqual([
      'dotenv',
      sourcePath('web.env'),
    ]);
    expect(warningsOf(reading)).toEqual(['unresolved-reference HOME 24']);
  });

  test('has values as Compose gives them to a container', async () => {
    const reading = await readCompose(sourcePath('compose.yaml'), { variables, service: 'worker' });
    expect(valuesOf(reading)).toMatchObject({
      WORKER_CONCURRENCY: '5',
      WORKER_PIN: '0042',
      WORKER_ENABLED: 'true',
      WORKER_RATIO: '1.50',
      WORKER_KEY: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n',
      SECRET_KEY_BASE: 'overridden',
      token: 'a token of many',
    });
    const db = await readCompose(sourcePath('compose.yaml'), { variables, service: 'db' });
    expect(valuesOf(db)).toEqual({
      POSTGRES_USER: 'shop',
      POSTGRES_PASSWORD: 'p$w',
      POSTGRES_DB: 'shop',
      PGDATA: '/var/lib/postgresql/data',
    });
    expect(linesOf(db)).toMatchObject({ POSTGRES_PASSWORD: 4, PGDATA: 12 });
  });

  test('in which two services differ wants one to be named', async () => {
    await expect(readCompose(sourcePath('compose.yaml'), { variables })).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      locator: `${sourcePath('web.env')}:2`,
      message: expect.stringMatching(
        /has another value for SECRET_KEY_BASE than .*compose\.yaml:21: name the service/,
      ),
    });
    const same = 'services:\n  a: {environment: {X: 1}}\n  b: {environment: [X=1, Y=2]}';
    expect(valuesOf(await compose(same))).toEqual({ X: '1', Y: '2' });
  });

  test('leaves out what is not in it, with a warning', async () => {
    const reading = await readCompose(sourcePath('compose.yaml'), { variables: {}, service: 'db' });
    expect(valuesOf(reading)).not.toHaveProperty('POSTGRES_PASSWORD');
    expect(warningsOf(reading)).toContain('unresolved-reference POSTGRES_PASSWORD 4');
  });

  test('takes variables from the .env beside it', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'compose.yaml');
    await writeFile(join(folder, '.env'), `DB_PASSWORD=beside\nHOST=db\nURL=x://\${HOST}\n`);
    await writeFile(
      file,
      `services:\n  web:\n    env_file: ./\${HOST}.env\n    environment:\n      PASSWORD: \${DB_PASSWORD}\n      URL:\n`,
    );
    await writeFile(join(folder, 'db.env'), 'FROM_FILE=1\n');
    expect(valuesOf(await readCompose(file))).toEqual({ FROM_FILE: '1', PASSWORD: 'beside', URL: 'x://db' });
  });

  test('a value that environment cannot give does not fall back to the file', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'compose.yaml');
    await writeFile(join(folder, 'a.env'), 'A=old\nB=2\n');
    await writeFile(file, `services: {web: {env_file: [a.env], environment: {A: "\${NOPE}"}}}`);
    const reading = await readCompose(file);
    expect(valuesOf(reading)).toEqual({ B: '2' });
    expect(warningsOf(reading)).toEqual(['unresolved-reference A 1']);
  });

  test('puts variables into the files that it names too, those of the project before their own', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'compose.yaml');
    await writeFile(join(folder, 'a.env'), 'HOST=own\nURL=x://$HOST/$NAME/$PORT\n');
    await writeFile(file, 'services: {web: {env_file: a.env}}');
    const variables = { HOST: 'db', NAME: 'shop', PORT: '1' };
    expect(valuesOf(await readCompose(file, { variables }))).toEqual({ HOST: 'own', URL: 'x://db/shop/1' });
  });

  test('does not guess a file whose name it does not know', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'compose.yaml');
    await writeFile(join(folder, '.env'), 'A=1\n');
    await writeFile(file, `services:\n  web:\n    env_file:\n      - \${STAGE}.env\n`);
    expect(await readCompose(file)).toMatchObject({ entries: [] });
    expect(warningsOf(await readCompose(file))).toEqual(['unresolved-reference - 4']);
  });

  test('says what it does not follow, and warns of a shared file once', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'compose.yaml');
    await writeFile(join(folder, 'a.env'), 'A=1#2\n');
    await writeFile(
      file,
      'include: [x.yaml]\nservices:\n  a: {extends: b, env_file: a.env}\n  b: {env_file: [{path: a.env}]}\nconfigs: {nginx: {file: x.conf}}\n',
    );
    expect(warningsOf(await readCompose(file))).toEqual([
      'not-followed - 1',
      'not-followed - 5',
      'not-followed - 3',
      'cut-at-hash A 1',
    ]);
  });

  test.each([
    ['services: {a: {environment: {X: [1]}}}', 1],
    ['services:\n  a:\n    environment:\n      - =1', 4],
    ['services:\n  a:\n    environment:\n      - {X: 1}', 4],
    ['services:\n  a:\n    environment: X=1', 3],
    ['services:\n  a:\n    environment: |\n      X=1\n      Y=2\n', 3],
    ['services:\n  a:\n    environment: ""', 3],
    ['services:\n  a:\n    environment: 1', 3],
    ['services:\n  a:\n    env_file:\n      - required: false', 4],
    ['services:\n  a:\n    env_file:\n      -', 4],
    ['services:\n  a:\n    env_file:\n      - {path: a.env, format: json}', 4],
    ['services:\n  a:\n    env_file:\n      - {path: a.env, required: maybe}', 4],
    [`services:\n  a:\n    env_file:\n      - {path: a.env, required: "\${NOPE}"}`, 4],
    ['services:\n  a:\n    secrets:\n      - token', 4],
    ['services:\n  a:\n    secrets:\n      - {target: token}', 4],
    ['x: 1', undefined],
    ['', undefined],
  ])('%j is refused', async (text, line) => {
    const locator = line === undefined ? '/nowhere/compose.yaml' : `/nowhere/compose.yaml:${line}`;
    await expect(compose(text)).rejects.toMatchObject({ code: 'SOURCE_MALFORMED', locator });
  });

  test('names the services that there are', async () => {
    await expect(compose('services: {a: {}, b: {}}', { service: 'c' })).rejects.toMatchObject({
      message: '/nowhere/compose.yaml has no such service: it has a, b.',
    });
  });

  test('takes nothing where a file of overrides takes something away', async () => {
    const text =
      'services: {a: {env_file: !reset null, environment: !reset }, b: {environment: {A: !reset null, B: 1}}}';
    expect(valuesOf(await compose(text))).toEqual({ B: '1' });
  });
});

describe('what a Compose file names', () => {
  /** A project with its Compose file in a folder of its own, as many have it. */
  async function project(
    text: string,
    files: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly folder: string; readonly file: string }> {
    const folder = await temporaryFolder();
    const all = { 'deploy/compose.yaml': text, ...files };
    for (const [name, content] of Object.entries(all)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return { folder, file: join(folder, 'deploy/compose.yaml') };
  }

  test('is found from its own folder, from the root, and from the home folder', async () => {
    const { folder, file } = await project('', {
      'config/web.env': 'BESIDE=1\n',
      'deploy/local.env': 'HERE=2\n',
      'home/shop/secrets.env': 'AT_HOME=3\n',
      'absolute.env': 'ABSOLUTE=4\n',
      'home/key.txt': 'key at home\n',
    });
    await writeFile(
      file,
      `services:
  web:
    env_file:
      - ../config/web.env
      - ./local.env
      - ~/shop/secrets.env
      - ${join(folder, 'absolute.env')}
    secrets: [key]
secrets:
  key:
    file: ~/key.txt
`,
    );
    vi.stubEnv('HOME', join(folder, 'home'));
    onTestFinished(() => void vi.unstubAllEnvs());
    const all = { BESIDE: '1', HERE: '2', AT_HOME: '3', ABSOLUTE: '4', key: 'key at home' };
    expect(valuesOf(await readCompose(file))).toEqual(all);
    // Also when the Compose file itself is named from where the program runs.
    expect(valuesOf(await readCompose(relative(process.cwd(), file)))).toEqual(all);
    const { entries } = await readCompose(file);
    expect(entries.map(({ origin }) => origin.place)).toContain(join(folder, 'home/shop/secrets.env'));
  });

  test('by env_file is a text, a list, or a list of objects', async () => {
    const { file } = await project(
      `services:
  text:
    env_file: .env.text
  list:
    env_file:
      - .env.list
      - .env.local
  objects:
    env_file:
      - path: ./.env.list
        required: true
      - path: ./.env.gone
        required: false
      - path: ./.env.gone.too
        required: \${NEEDED:-false}
      - .env.text
`,
      { 'deploy/.env.text': 'A=text\n', 'deploy/.env.list': 'A=list\nB=1\n', 'deploy/.env.local': 'B=2\n' },
    );
    const read = async (service: string) => valuesOf(await readCompose(file, { service }));
    expect(await read('text')).toEqual({ A: 'text' });
    expect(await read('list')).toEqual({ A: 'list', B: '2' });
    expect(await read('objects')).toEqual({ A: 'text', B: '1' });
  });

  test('that is not there is told with the line that names it, and what to do', async () => {
    const { folder, file } = await project(
      `services:
  web:
    env_file:
      - path: web.env
        required: false
      - path: \${STAGE}.env
    secrets:
      - source: token
secrets:
  token:
    file: ../secrets/token.txt
`,
    );
    const variables = { STAGE: 'of-production' };
    const place = join(folder, `deploy/\${STAGE}.env`);
    const gone: unknown = await readCompose(file, { variables }).catch((error: unknown) => error);
    expect(gone).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      locator: `${file}:6`,
      message: `${file}:6: ${place} does not exist`,
      hint: expect.stringContaining('required: false'),
    });
    expectNoCanary('of-production', gone);
    await writeFile(join(folder, 'deploy/of-production.env'), 'A=1\n');
    await expect(readCompose(file, { variables })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      locator: `${file}:11`,
      message: `${file}:11: ${join(folder, 'secrets/token.txt')} does not exist`,
    });
    // What is there and cannot be read is another matter.
    await mkdir(join(folder, 'deploy/web.env'));
    await expect(readCompose(file, { variables })).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      locator: `${file}:4`,
      message: `${file}:4: ${join(folder, 'deploy/web.env')} is a folder, not a file`,
    });
  });

  test('with the format raw is taken as it stands', async () => {
    const raw = `\ufeff# what docker run --env-file takes
PASSWORD="pa$$w#ord" \r
  TOKEN=it's \${NOT_A_VARIABLE} = a token
EMPTY=
ONCE=1
ONCE=2
FROM_COMPOSE
FROM_SHELL
`;
    const { file } = await project(
      'services: {web: {env_file: [{path: ./raw.env, format: raw}, {path: dotenv.env, format: ""}]}}',
      { 'deploy/raw.env': raw, 'deploy/dotenv.env': 'QUOTED="a"\n', 'deploy/.env': 'FROM_COMPOSE=c\n' },
    );
    const reading = await readCompose(file);
    expect(valuesOf(reading)).toEqual({
      PASSWORD: '"pa$$w#ord" ',
      TOKEN: `it's \${NOT_A_VARIABLE} = a token`,
      EMPTY: '',
      ONCE: '2',
      FROM_COMPOSE: 'c',
      QUOTED: 'a',
    });
    expect(linesOf(reading)).toMatchObject({ PASSWORD: 2, TOKEN: 3, ONCE: 6 });
    expect(warningsOf(reading)).toEqual(['duplicate-key ONCE 6', 'unresolved-reference - 8']);
  });

  test.each([
    ['A=1\nKEY=-----BEGIN KEY-----\nMIIE\n-----END KEY-----\n', 2],
    ['A=1\n=2\n', 2],
    ['A B=1\n', 1],
  ])('with the format raw is refused as %j', async (raw, line) => {
    const { folder, file } = await project('services: {a: {env_file: [{path: x.env, format: raw}]}}', {
      'deploy/x.env': raw,
    });
    const locator = `${join(folder, 'deploy/x.env')}:${line}`;
    await expect(readCompose(file)).rejects.toMatchObject({ code: 'SOURCE_MALFORMED', locator });
  });

  test('may refer to what its service has under environment, and to the project before that', async () => {
    const { file } = await project(
      `services:
  web:
    env_file: web.env
    environment:
      DB_HOST: db.\${ZONE}
      DB_NAME: own
`,
      { 'deploy/web.env': 'URL=x://$DB_HOST/$DB_NAME\n', 'deploy/.env': 'ZONE=eu\nDB_NAME=project\n' },
    );
    expect(valuesOf(await readCompose(file))).toEqual({
      URL: 'x://db.eu/project',
      DB_HOST: 'db.eu',
      DB_NAME: 'own',
    });
  });

  test('as secrets is read for the services that are given them', async () => {
    const { folder, file } = await project(
      `services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/db_password
    secrets:
      - db_password
  web:
    secrets:
      - source: db_password
        target: database_password
      - api_token
      - signing_key
      - keystore
      - elsewhere
      - of_the_shell
secrets:
  db_password:
    file: ./secrets/db_password.txt
  api_token:
    environment: API_TOKEN
  signing_key:
    file: \${KEYS:-./secrets}/signing.pem
  keystore:
    file: ./secrets/keystore.jks
  elsewhere:
    external: true
  of_the_shell:
    environment: OF_THE_SHELL
  of_nobody:
    file: ./secrets/gone.txt
`,
      {
        'deploy/secrets/db_password.txt': 'pässword\n',
        'deploy/secrets/signing.pem': '-----BEGIN KEY-----\nMIIE\n-----END KEY-----\n\n',
        'deploy/.env': 'API_TOKEN=token\n',
      },
    );
    await writeFile(join(folder, 'deploy/secrets/keystore.jks'), Buffer.from([0xfe, 0xed, 0xff]));
    const reading = await readCompose(file);
    expect(valuesOf(reading)).toEqual({
      POSTGRES_PASSWORD_FILE: '/run/secrets/db_password',
      db_password: 'pässword',
      api_token: 'token',
      signing_key: '-----BEGIN KEY-----\nMIIE\n-----END KEY-----\n',
    });
    expect(warningsOf(reading)).toEqual([
      'not-text keystore -',
      'not-followed elsewhere 26',
      'unresolved-reference of_the_shell 28',
    ]);
    const origins = reading.entries.map(({ name, origin }) => [name, origin.place, origin.line]);
    expect(origins).toContainEqual([
      'db_password',
      join(folder, 'deploy/secrets/db_password.txt'),
      undefined,
    ]);
    expect(origins).toContainEqual(['api_token', file, 20]);
    const db = await readCompose(file, { service: 'db' });
    expect(Object.keys(valuesOf(db))).toEqual(['POSTGRES_PASSWORD_FILE', 'db_password']);
  });

  test('as a secret may not have the name of a variable with another value', async () => {
    const { folder, file } = await project(
      'services: {a: {secrets: [TOKEN], environment: {TOKEN: x}}}\nsecrets: {TOKEN: {file: token}}',
      { 'deploy/token': 'y' },
    );
    await expect(readCompose(file)).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      message: `${join(folder, 'deploy/token')} has another value for TOKEN than ${file}:1: give one of the two another name.`,
    });
  });

  test('as .env may be the folder of something else', async () => {
    const { folder, file } = await project('services: {a: {environment: {A: "1"}}}');
    await mkdir(join(folder, 'deploy/.env'));
    expect(valuesOf(await readCompose(file))).toEqual({ A: '1' });
  });
});

describe('a Kubernetes Secret', () => {
  test('has what a pod would see, from several documents and lists', async () => {
    const reading = await readKubernetesSecret(sourcePath('secrets.k8s.yaml'));
    expect(valuesOf(reading)).toEqual({
      DATABASE_URL: 'postgres://shop:säcret@db/shop',
      SECRET_KEY: 'secret-key\n',
      'tls.key': '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n',
      overridden: 'new',
      PIN: '0042',
      SMTP_PASSWORD: 'päss: word',
    });
    expect(linesOf(reading)).toMatchObject({ DATABASE_URL: 14, overridden: 22, SMTP_PASSWORD: 33 });
    expect(warningsOf(reading)).toEqual(['not-text keystore.jks 16']);
  });

  test('is chosen by its name', async () => {
    const options = { secret: 'mail' };
    expect(valuesOf(await readKubernetesSecret(sourcePath('secrets.k8s.yaml'), options))).toEqual({
      SMTP_PASSWORD: 'päss: word',
    });
    await expect(readKubernetesSecret(sourcePath('secrets.k8s.yaml'), { secret: 'x' })).rejects.toMatchObject(
      {
        code: 'SOURCE_MALFORMED',
        message: expect.stringContaining('has no Secret of that name: it has shop, mail.'),
      },
    );
  });

  test('may be JSON, as kubectl gives it', async () => {
    const secret = { kind: 'Secret', metadata: { name: 'a' }, data: { A: 'MQ==' }, stringData: null };
    const text = JSON.stringify({ kind: 'List', items: [secret] }, null, 4);
    expect(valuesOf(await manifest(text))).toEqual({ A: '1' });
  });

  const two = (one: string, other: string) =>
    `kind: Secret\nmetadata: {name: a}\nstringData: {X: ${one}}\n---\nkind: Secret\nmetadata: {name: b}\nstringData: {X: ${other}}`;
  test.each([
    ['kind: ConfigMap\ndata: {A: x}', undefined],
    ['', undefined],
    ['kind: Secret\ndata:\n  A: "not base64"', 3],
    ['kind: Secret\ndata:\n  A: MQ', 3],
    ['kind: Secret\nstringData:\n  A: {b: 1}', 3],
    [two('1', '2'), 7],
  ])('%j is refused', async (text, line) => {
    const locator = line === undefined ? 'secret.yaml' : `secret.yaml:${line}`;
    await expect(manifest(text)).rejects.toMatchObject({ code: 'SOURCE_MALFORMED', locator });
  });

  test('with the same value in two is read', async () => {
    expect(valuesOf(await manifest(two('1', '1')))).toEqual({ X: '1' });
    expect(valuesOf(await manifest(two('1', '2'), { secret: 'b' }))).toEqual({ X: '2' });
  });
});

describe('a folder of secrets', () => {
  test('has a secret in each file, without one newline at its end', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'db_password'), 'sécret\n');
    await writeFile(join(folder, 'two'), 'lines\n\n');
    await writeFile(join(folder, 'windows'), 'line\r\n');
    await writeFile(join(folder, 'tls.key'), '-----BEGIN\nEND-----');
    await writeFile(join(folder, '.dockerconfigjson'), '{}');
    await writeFile(join(folder, 'empty'), '');
    await writeFile(join(folder, 'keystore'), Buffer.from([0xfe, 0xed, 0xff]));
    await mkdir(join(folder, 'more'));
    const reading = await readSecretsFolder(folder);
    expect(valuesOf(reading)).toEqual({
      db_password: 'sécret',
      two: 'lines\n',
      windows: 'line',
      'tls.key': '-----BEGIN\nEND-----',
      '.dockerconfigjson': '{}',
      empty: '',
    });
    expect(reading.entries[0]?.origin).toEqual({
      reader: 'folder',
      place: join(folder, '.dockerconfigjson'),
    });
    expect(warningsOf(reading)).toEqual(['not-text keystore -', 'not-read more -']);
  });

  test('that Kubernetes mounts is read from one version, by its links', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, '..2026_01'));
    await writeFile(join(folder, '..2026_01', 'user'), 'shop');
    await writeFile(join(folder, '..2026_01', 'password'), 'old');
    await symlink('..2026_01', join(folder, '..data'));
    await symlink('..data/user', join(folder, 'user'));
    await symlink('..data/password', join(folder, 'password'));
    const reading = await readSecretsFolder(folder);
    expect(valuesOf(reading)).toEqual({ user: 'shop', password: 'old' });
    expect(reading.entries.map(({ origin }) => origin.place)).toEqual([
      join(folder, 'password'),
      join(folder, 'user'),
    ]);

    // As the kubelet does it.
    await mkdir(join(folder, '..2026_02'));
    await writeFile(join(folder, '..2026_02', 'password'), 'new');
    await symlink('..2026_02', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    expect(valuesOf(await readSecretsFolder(folder))).toEqual({ password: 'new' });
  });

  test('may be a link itself, and have links that stay in it', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real'));
    await writeFile(join(folder, 'real', 'a'), '1');
    await symlink('a', join(folder, 'real', 'b'));
    await symlink('real', join(folder, 'secrets'));
    expect(valuesOf(await readSecretsFolder(join(folder, 'secrets')))).toEqual({ a: '1', b: '1' });
  });

  test('from which a link leads out is refused', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'secrets'));
    await mkdir(join(folder, 'secrets-of-others'));
    await writeFile(join(folder, 'secrets-of-others', 'a'), 'not ours');
    await symlink('../secrets-of-others/a', join(folder, 'secrets', 'a'));
    const place = join(folder, 'secrets', 'a');
    await expect(readSecretsFolder(join(folder, 'secrets'))).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      message: `${place} is a link that leads out of the folder.`,
      locator: place,
    });
    await mkdir(join(folder, 'mounted'));
    await symlink('../secrets-of-others', join(folder, 'mounted', '..data'));
    await expect(readSecretsFolder(join(folder, 'mounted'))).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      locator: join(folder, 'mounted', '..data'),
    });
  });

  test('that is none, is not there, or has a link to nothing is told of', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'file');
    await expect(readSecretsFolder(file)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      locator: file,
    });
    await writeFile(file, '');
    await expect(readSecretsFolder(file)).rejects.toMatchObject({
      code: 'SOURCE_MALFORMED',
      message: `${file} is a file, not a folder`,
    });
    await symlink('gone', join(folder, 'link'));
    await expect(readSecretsFolder(folder)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      locator: join(folder, 'link'),
    });
  });
});
