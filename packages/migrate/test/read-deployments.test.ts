import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
    expect(warningsOf(reading)).toEqual(['not-followed - 42', 'unresolved-reference HOME 24']);
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
      'include: [x.yaml]\nservices:\n  a: {extends: b, env_file: a.env}\n  b: {env_file: {path: a.env}}\n',
    );
    expect(warningsOf(await readCompose(file))).toEqual([
      'not-followed - 1',
      'not-followed - 3',
      'cut-at-hash A 1',
    ]);
  });

  test.each([
    ['services: {a: {environment: {X: [1]}}}', 1],
    ['services:\n  a:\n    environment:\n      - =1', 4],
    ['services:\n  a:\n    environment:\n      - {X: 1}', 4],
    ['x: 1', undefined],
    ['', undefined],
  ])('%j is refused', async (text, line) => {
    const locator = line === undefined ? '/nowhere/compose.yaml' : `/nowhere/compose.yaml:${line}`;
    await expect(compose(text)).rejects.toMatchObject({ code: 'SOURCE_MALFORMED', locator });
  });

  test('names the services that there are, and a file that there is not', async () => {
    await expect(compose('services: {a: {}, b: {}}', { service: 'c' })).rejects.toMatchObject({
      message: '/nowhere/compose.yaml has no such service: it has a, b.',
    });
    await expect(compose('services: {a: {env_file: gone.env}}')).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      locator: '/nowhere/gone.env',
    });
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
