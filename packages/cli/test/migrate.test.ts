import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { systemClock } from '@strongroom/core';
import type { DevServer } from '@strongroom/dev-server';
import { describe, expect, test } from 'vitest';
import { emptyVault, project, secretOf, shopVault } from './support/project.js';
import { callCli, cli } from './support/run-cli.js';

interface Source {
  readonly text: string;
  readonly values: Readonly<Record<'DATABASE_URL' | 'SECRET_KEY', string>>;
}

/** A `.env` with what the definition has, and with what it lacks. */
function dotenv(): Source {
  const values = { DATABASE_URL: secretOf(), SECRET_KEY: secretOf() };
  const text = `# shop
DATABASE_URL='${values.DATABASE_URL}'
SECRET_KEY="${values.SECRET_KEY}"
PORT=9000
SENTRY_TOKEN='${secretOf()}'
COLOUR=blue
`;
  return { text, values };
}

const read = async (server: DevServer, path: string): Promise<unknown> => {
  const headers = { 'X-Vault-Token': server.rootToken };
  const answer = await fetch(`${server.address}/v1/secret/data/${path}`, { headers });
  const body = (await answer.json()) as { readonly data?: { readonly data: unknown } };
  return body.data?.data ?? undefined;
};

const writesTo = (server: DevServer) =>
  server.requests.filter(({ method }) => method === 'POST' || method === 'PUT');

describe('migrate', () => {
  test('moves what the definition has, says what it leaves out and why, and a second run writes nothing', async () => {
    const { server, env } = await emptyVault();
    const { text, values } = dotenv();
    const cwd = await project({ '.env': text });
    const { exitCode, stdout } = await cli(['migrate', '--yes'], { cwd, env });
    expect(exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toEqual({ url: values.DATABASE_URL });
    expect(await read(server, 'shop/production/security')).toEqual({ secret_key: values.SECRET_KEY });
    const lines = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(lines).toContainEqual(['create', 'DATABASE_URL', '.env:2', 'shop/production/database#url']);
    expect(stdout).toContain('SENTRY_TOKEN is not in the definition, but looks like a secret');
    expect(stdout).toContain('Left out, settings without a place in Vault: PORT');
    expect(stdout).toContain('2 to create, 0 to update, 0 unchanged, 0 in conflict, 3 left out');
    expect(stdout).toContain('2 keys verified; 2 paths written.');

    server.clearRequests();
    const again = await cli(['migrate', '--yes'], { cwd, env });
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain('Nothing to write: 2 keys are in Vault as they are in the source.');
    expect(writesTo(server)).toEqual([]);
  });

  test('warns of a value that the definition refuses, and moves it all the same', async () => {
    const { env } = await emptyVault();
    const cwd = await project({
      '.env': `PIN='${secretOf()}'\nTOKEN='${secretOf()}'\n`,
      'settings.ts': `
import { defineSettings, secret } from '@strongroom/core';
import { z } from 'zod';
export const definition = defineSettings({
  application: 'shop',
  environments: ['staging', 'production'],
  settings: { PIN: secret('login/pin', z.int()), TOKEN: secret('api/token', z.string()) },
});
`,
    });
    const dry = await cli(['migrate', '--dry-run', '--json', '-e', 'staging'], { cwd, env });
    const { refused } = dry.json() as { readonly refused: readonly { readonly name: string }[] };
    expect(refused).toEqual([{ name: 'PIN', reason: expect.stringContaining('the value') as string }]);
    const { exitCode, stderr } = await cli(['migrate', '--yes', '-e', 'staging'], { cwd, env });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/PIN: the value .* an application would not start with it\./);
    expect(stderr).not.toContain('TOKEN:');
    const promoted = await cli(['promote', 'staging', '--yes'], { cwd, env });
    expect(promoted.exitCode).toBe(0);
    expect(promoted.stderr).toMatch(/PIN: the value/);
    const again = await cli(['promote', 'staging', '--yes'], { cwd, env });
    expect(again.stderr).not.toContain('PIN');
  });

  test('--dry-run writes nothing at all, to Vault or to the disk', async () => {
    const { server, env } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    const before = await readdir(cwd);
    const { exitCode, stdout } = await cli(['migrate', '--dry-run'], { cwd, env });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('2 to create');
    expect(writesTo(server)).toEqual([]);
    expect(await readdir(cwd)).toEqual(before);
  });

  test('asks, and where there is nobody to ask it says how to go on', async () => {
    const { server, env } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    const { exitCode, stderr } = await cli(['migrate'], { cwd, env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--yes');
    expect(writesTo(server)).toEqual([]);
  });

  test('a person may say yes or no', async () => {
    const { server, env } = await emptyVault();
    const { text, values } = dotenv();
    const cwd = await project({ '.env': text });
    const no = callCli(['migrate'], { cwd, env, terminal: true });
    await no.saw('Write 2 keys');
    no.type('n');
    expect(await no.result).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining('Nothing was changed.'),
    });
    expect(writesTo(server)).toEqual([]);
    const yes = callCli(['migrate'], { cwd, env, terminal: true });
    await yes.saw('Write 2 keys');
    yes.type('y');
    expect((await yes.result).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toEqual({ url: values.DATABASE_URL });
  });

  test('in a conflict Vault’s value stays and it ends with 6, unless it was said who wins', async () => {
    const { server, env, values: held } = await shopVault();
    const { text, values } = dotenv();
    const cwd = await project({ '.env': text });
    const plain = await cli(['migrate', '--yes'], { cwd, env });
    expect(plain.exitCode).toBe(6);
    expect(plain.stdout).toMatch(/conflict +DATABASE_URL .*source [0-9a-f]{12}, Vault [0-9a-f]{12}/);
    expect(plain.stdout).toContain('In conflict, and left as Vault has them: DATABASE_URL, SECRET_KEY.');
    expect(plain.stderr).toContain('Decide with --on-conflict');
    expect(await read(server, 'shop/production/database')).toEqual({ url: held['DATABASE_URL'] });
    const decided = await cli(['migrate', '--yes', '--on-conflict', 'vault'], { cwd, env });
    expect(decided.exitCode).toBe(0);
    expect(decided.stderr).not.toContain('Decide with');
    const failing = await cli(['migrate', '--yes', '--on-conflict', 'fail'], { cwd, env });
    expect(failing.exitCode).toBe(6);
    expect(failing.stderr).toContain('PLAN_CONFLICT');
    expect((await cli(['migrate', '--yes', '--on-conflict', 'source'], { cwd, env })).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toEqual({ url: values.DATABASE_URL });
  });

  test('--on-conflict ask asks about each, by fingerprint', async () => {
    const { server, env, values: held } = await shopVault();
    const { text, values } = dotenv();
    const cwd = await project({ '.env': text });
    const call = callCli(['migrate', '--on-conflict', 'ask', '--yes'], { cwd, env, terminal: true });
    await call.saw('DATABASE_URL: Vault holds something else');
    call.type('\u001b[B');
    call.type('\r');
    await call.saw('SECRET_KEY: Vault holds something else');
    call.type('\r');
    expect((await call.result).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toEqual({ url: values.DATABASE_URL });
    expect(await read(server, 'shop/production/security')).toEqual({ secret_key: held['SECRET_KEY'] });
    const pipe = await cli(['migrate', '--on-conflict', 'ask', '--yes'], { cwd, env });
    expect(pipe.exitCode).toBe(2);
  });

  test('--include and --map move what the definition does not have', async () => {
    const { server, env } = await emptyVault();
    const cwd = await project({
      '.env': `SENTRY_TOKEN='${secretOf()}'\nOLD_KEY='${secretOf()}'\nDB='${secretOf()}'\n`,
    });
    const args = [
      'migrate',
      '--yes',
      '--include',
      'SENTRY_TOKEN,NO_SUCH',
      '--map',
      'OLD_KEY=security/old_key',
      '--map',
      'DB=DATABASE_URL',
    ];
    const { exitCode, stderr } = await cli(args, { cwd, env });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('There is no NO_SUCH to include.');
    expect(await read(server, 'shop/production/sentry')).toHaveProperty('token');
    expect(await read(server, 'shop/production/security')).toHaveProperty('old_key');
    expect(await read(server, 'shop/production/database')).toHaveProperty('url');
    expect((await cli(['migrate', '--map', 'DB'], { cwd, env })).exitCode).toBe(2);
  });

  test('a saved plan is applied later, and refused when the source or Vault changed', async () => {
    const { server, env } = await emptyVault();
    const { text, values } = dotenv();
    const cwd = await project({ '.env': text });
    expect((await cli(['migrate', '--save-plan', 'plan.json'], { cwd, env })).exitCode).toBe(0);
    expect(writesTo(server)).toEqual([]);
    const saved = await readFile(join(cwd, 'plan.json'), 'utf8');
    expect(saved).not.toContain(values.SECRET_KEY);
    expect((await stat(join(cwd, 'plan.json'))).mode & 0o777).toBe(0o600);
    await writeFile(join(cwd, '.env'), text.replace(values.SECRET_KEY, secretOf()));
    const changed = await cli(['migrate', '--plan', 'plan.json', '--yes'], { cwd, env });
    expect(changed.exitCode).toBe(6);
    expect(changed.stderr).toContain('PLAN_OUTDATED');
    await writeFile(join(cwd, '.env'), text);
    server.seed({ 'shop/production/security': { other: secretOf() } });
    const moved = await cli(['migrate', '--plan', 'plan.json', '--yes'], { cwd, env });
    expect(moved.exitCode).toBe(6);
    expect((await cli(['migrate', '--save-plan', 'plan.json'], { cwd, env })).exitCode).toBe(0);
    expect((await cli(['migrate', '--plan', 'plan.json', '--yes'], { cwd, env })).exitCode).toBe(0);
    expect(await read(server, 'shop/production/security')).toMatchObject({
      secret_key: values.SECRET_KEY,
      other: expect.any(String),
    });
  });

  test.each([
    [
      'JSON',
      'secrets.json',
      (a: string, b: string) => JSON.stringify({ database: { url: a }, SECRET_KEY: b }),
    ],
    [
      'YAML',
      'secrets.yaml',
      (a: string, b: string) => `database:\n  url: ${JSON.stringify(a)}\nSECRET_KEY: ${JSON.stringify(b)}\n`,
    ],
    [
      'a Kubernetes Secret',
      'secret.yml',
      (a: string, b: string) =>
        `apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  DATABASE_URL: ${Buffer.from(a).toString('base64')}\nstringData:\n  SECRET_KEY: ${JSON.stringify(b)}\n`,
    ],
    [
      'a Compose file',
      'docker-compose.yml',
      (a: string, b: string) =>
        `services:\n  web:\n    environment:\n      DATABASE_URL: ${JSON.stringify(a)}\n      SECRET_KEY: ${JSON.stringify(b)}\n`,
    ],
  ])('reads %s', async (_, name, make) => {
    const { server, env } = await emptyVault();
    const [a, b] = [secretOf(), secretOf()];
    const cwd = await project({ [name]: make(a, b) });
    expect((await cli(['migrate', '--from', name, '--yes'], { cwd, env })).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toEqual({ url: a });
    expect(await read(server, 'shop/production/security')).toEqual({ secret_key: b });
  });

  test('reads a folder, standard input, the environment, and another path of Vault', async () => {
    const { server, env } = await emptyVault();
    const cwd = await project();
    const values = Array.from({ length: 4 }, secretOf);
    await mkdir(join(cwd, 'secrets'));
    await writeFile(join(cwd, 'secrets', 'database_url'), values[0] ?? '');
    const from = (source: string, more: object = {}) =>
      cli(['migrate', '--yes', '--on-conflict', 'source', '--from', source], { cwd, env, ...more });
    expect((await from('secrets')).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toEqual({ url: values[0] });
    expect((await from('-', { stdin: `DATABASE_URL='${values[1]}'` })).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toEqual({ url: values[1] });
    expect((await from('environment', { env: { ...env, DATABASE_URL: values[2] } })).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toEqual({ url: values[2] });
    server.seed({ 'legacy/shop/database': { url: values[3] } });
    expect((await from('vault:secret/legacy/shop')).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toEqual({ url: values[3] });
  });

  test('of several sources the last one counts', async () => {
    const { server, env } = await emptyVault();
    const [a, b] = [secretOf(), secretOf()];
    const cwd = await project({ '.env': `SECRET_KEY='${a}'\n`, '.env.local': `SECRET_KEY='${b}'\n` });
    expect(
      (await cli(['migrate', '--from', '.env', '--from', '.env.local', '--yes'], { cwd, env })).exitCode,
    ).toBe(0);
    expect(await read(server, 'shop/production/security')).toEqual({ secret_key: b });
  });

  test('ends no line of a plan with spaces, which would break a narrow terminal', async () => {
    const { env } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    const coloured = { ...env, NO_COLOR: '', FORCE_COLOR: '1' };
    const { stdout } = await cli(['migrate', '--dry-run'], { cwd, env: coloured });
    expect(stdout).not.toBe(stripVTControlCharacters(stdout));
    for (const line of stripVTControlCharacters(stdout).split('\n')) expect(line).toBe(line.trimEnd());
  });

  test('has a stable shape in JSON', async () => {
    const { env, server } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    const { json } = await cli(['migrate', '--yes', '--json'], { cwd, env });
    expect(json()).toEqual({
      plan: {
        strongroom: 'plan',
        format: 1,
        target: {
          address: server.address,
          mount: 'secret',
          kvVersion: 2,
          layout: 'group',
          application: 'shop',
          environment: 'production',
        },
        onConflict: 'vault',
        paths: expect.any(Array),
        steps: expect.any(Array),
      },
      refused: [],
      applied: true,
      verified: expect.arrayContaining([
        expect.objectContaining({ entry: 'DATABASE_URL', path: 'shop/production/database', key: 'url' }),
      ]),
      written: expect.arrayContaining([
        { path: 'shop/production/database', versionBefore: 0, versionAfter: 1, keys: ['url'] },
      ]),
      conflicts: [],
      journal: expect.stringMatching(/\.strongroom\/shop-production\.\d{8}T\d{6}Z\.journal$/),
    });
  });

  test.each([
    ['the file is not there', 7, { '--from': 'no.env' }, {}, 'no.env does not exist\n  → Check the path'],
    ['the token is wrong', 5, {}, { VAULT_TOKEN: 'wrong' }, 'SOURCE_DENIED'],
    ['Vault is dead', 4, {}, { VAULT_ADDR: 'http://127.0.0.1:9' }, 'SOURCE_UNAVAILABLE'],
    ['the plan is none', 3, { '--plan': '.env' }, {}, 'is no saved plan\n  → Correct it where'],
    [
      'a place is none',
      3,
      { '--map': 'SECRET_KEY=none' },
      {},
      'group/key\n  → Correct what the message names.',
    ],
    ['the environment is none', 2, { '-e': 'prod' }, {}, 'is no environment of shop'],
  ])('says that %s', async (_, code, args, wrong, words) => {
    const { env } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    const { exitCode, stderr } = await cli(['migrate', '--yes', ...Object.entries(args).flat()], {
      cwd,
      env: { ...env, ...wrong },
    });
    expect(stderr).toContain(words);
    expect(exitCode).toBe(code);
  });

  test('a read-only folder for the journal is told before anything is written', async () => {
    const { env, server } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    await writeFile(join(cwd, '.strongroom'), 'a file, where a folder should be');
    const { exitCode, stderr } = await cli(['migrate', '--yes'], { cwd, env });
    expect(exitCode).toBe(7);
    expect(stderr).toContain('.strongroom');
    expect(writesTo(server)).toEqual([]);
  });

  test('a failed write stops it with the reason, and the next run finishes the rest', async () => {
    const { env, server } = await emptyVault();
    const { text, values } = dotenv();
    const cwd = await project({ '.env': text });
    server.fail({
      method: 'PUT',
      path: '/v1/secret/data/shop/production/security',
      times: 1,
      answer: { status: 403, body: '{"errors":["permission denied"]}' },
    });
    server.fail({
      method: 'POST',
      path: '/v1/secret/data/shop/production/security',
      times: 1,
      answer: { status: 403, body: '{"errors":["permission denied"]}' },
    });
    const { exitCode, stderr } = await cli(['migrate', '--yes'], { cwd, env });
    expect(exitCode).toBe(5);
    expect(stderr).toContain('shop/production/security');
    expect(stderr).toContain(
      'What was written stays: run it again for the rest, or take it back with `strongroom rollback -e production`.',
    );
    const again = await cli(['migrate', '--yes'], { cwd, env });
    expect(again.exitCode).toBe(0);
    expect(await read(server, 'shop/production/security')).toEqual({ secret_key: values.SECRET_KEY });
    expect(await read(server, 'shop/production/database')).toEqual({ url: values.DATABASE_URL });
    // Both runs are one migration, and are taken back as one.
    expect((await cli(['rollback', '--yes'], { cwd, env })).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toBeUndefined();
    expect(await read(server, 'shop/production/security')).toBeUndefined();
  });

  test('with a journal of its own it says how that is taken back', async () => {
    const { env, server } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    const { exitCode, stderr } = await cli(['migrate', '--yes', '--journal', 'own'], { cwd, env });
    expect(exitCode).toBe(0);
    const [, command = ''] = /with `strongroom (rollback [^`]*)`/.exec(stderr) ?? [];
    expect((await cli([...command.split(' '), '--yes'], { cwd, env })).exitCode).toBe(0);
    expect(await read(server, 'shop/production/database')).toBeUndefined();
  });

  test('into KV version 1 it warns that nothing can be taken back, and promises none', async () => {
    const { env, server } = await emptyVault();
    const mount = (body: unknown, path = 'sys/mounts/kv1') =>
      fetch(`${server.address}/v1/${path}`, {
        method: 'POST',
        headers: { 'X-Vault-Token': server.rootToken },
        body: JSON.stringify(body),
      });
    expect((await mount({ type: 'kv', options: { version: '1' } })).ok).toBe(true);
    expect((await mount({ url: secretOf() }, 'kv1/shop/production/database')).ok).toBe(true);
    const cwd = await project({
      '.env': dotenv().text,
      'strongroom.config.ts': `import { defineConfig } from 'strongroom';
import { definition } from './settings.js';
export default defineConfig({ definition, vault: { mount: 'kv1' } });
`,
    });
    const argv = ['migrate', '--yes', '--on-conflict', 'source'];
    const warning =
      'warning: kv1/ is of KV version 1, which keeps no old versions: this migration cannot be rolled back, and what is there now is lost: shop/production/database#url.';
    expect((await cli([...argv, '--dry-run'], { cwd, env })).stderr).toContain(warning);
    const { exitCode, stderr } = await cli(argv, { cwd, env });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(warning);
    expect(stderr).toMatch(/^Its journal is \.strongroom\/\S+\.journal\.$/m);
    expect(stderr).not.toContain('Take it back');
    expect((await cli(argv, { cwd, env })).stderr).not.toContain('KV version 1');
    expect((await cli(['rollback', '--yes'], { cwd, env })).exitCode).toBe(6);
  });

  test('Ctrl-C in the middle says so, and the next run goes on', async () => {
    const { env, server } = await emptyVault();
    const { text, values } = dotenv();
    const cwd = await project({ '.env': text });
    const lift = server.fail({ path: '/v1/secret/data/shop/production/security', answer: 'stall' });
    const call = callCli(['migrate', '--yes'], { cwd, env });
    await expect.poll(() => server.requests.some(({ path }) => path.includes('security'))).toBe(true);
    call.signal('SIGINT');
    expect(await call.result).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining('Interrupted.'),
    });
    lift();
    expect((await cli(['migrate', '--yes'], { cwd, env })).exitCode).toBe(0);
    expect(await read(server, 'shop/production/security')).toEqual({ secret_key: values.SECRET_KEY });
  });
});

describe('rollback', () => {
  test('takes the latest migration back, leaves what somebody changed since, and says so', async () => {
    const { env, server, values: held } = await shopVault();
    const { text } = dotenv();
    const cwd = await project({ '.env': text });
    expect((await cli(['migrate', '--yes', '--on-conflict', 'source'], { cwd, env })).exitCode).toBe(0);
    const theirs = secretOf();
    server.seed({ 'shop/production/security': { secret_key: theirs } });
    const { exitCode, stdout, stderr } = await cli(['rollback', '--yes'], { cwd, env });
    expect(exitCode).toBe(6);
    expect(stderr).toContain('What --clean-up has taken out of a file stays out');
    expect(stdout).toMatch(/restored +shop\/production\/database +url/);
    expect(stdout).toMatch(/changed since +shop\/production\/security/);
    expect(await read(server, 'shop/production/database')).toEqual({ url: held['DATABASE_URL'] });
    expect(await read(server, 'shop/production/security')).toEqual({ secret_key: theirs });
    const again = await cli(['rollback', '--yes', '--json'], { cwd, env });
    expect(again.json()).toMatchObject({
      environment: 'production',
      paths: [expect.objectContaining({ path: 'shop/production/security', outcome: 'changed-since' })],
    });
  });

  test('has a journal of each migration, however short the time between them, also when the clock is set back', async () => {
    const { env, server } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    const names = ['DATABASE_URL', 'SECRET_KEY', 'SENTRY_TOKEN'];
    const now = Date.parse('2030-01-02T03:04:59.500Z');
    for (const [index, name] of names.entries()) {
      const clock = { ...systemClock, now: () => now - 60_000 * (index >> 1) };
      const argv = ['migrate', '--yes', '--only', name, '--include', 'SENTRY_TOKEN'];
      expect((await cli(argv, { cwd, env, clock })).exitCode).toBe(0);
    }
    const journals = (await readdir(join(cwd, '.strongroom'))).sort();
    expect(journals).toEqual([
      'shop-production.20300102T030459Z.journal',
      'shop-production.20300102T030500Z.journal',
      'shop-production.20300102T030501Z.journal',
    ]);
    expect((await cli(['rollback', '--yes'], { cwd, env })).stdout).toMatch(
      /removed +shop\/production\/sentry/,
    );
    for (const journal of journals) {
      const { exitCode } = await cli(['rollback', join('.strongroom', journal), '--yes'], { cwd, env });
      expect(exitCode).toBe(0);
    }
    for (const group of ['database', 'security', 'sentry']) {
      expect(await read(server, `shop/production/${group}`)).toBeUndefined();
    }
  });

  test('says when there is nothing to take back, and asks otherwise', async () => {
    const { env } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    const none = await cli(['rollback', '--yes'], { cwd, env });
    expect(none.exitCode).toBe(3);
    expect(none.stderr).toContain('There is no journal');
    await cli(['migrate', '--yes'], { cwd, env });
    expect((await cli(['rollback'], { cwd, env })).exitCode).toBe(2);
    await writeFile(join(cwd, 'no.journal'), 'nothing\nof it\n');
    const wrong = await cli(['rollback', 'no.journal', '--yes'], { cwd, env });
    expect(wrong.exitCode).toBe(3);
    expect(wrong.stderr).toContain('is none of a journal');
  });
});

describe('what was made for another environment', () => {
  test('is not carried out: a plan, and a journal', async () => {
    const { env, server } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    expect((await cli(['migrate', '--save-plan', 'plan.json'], { cwd, env })).exitCode).toBe(0);
    const plan = await cli(['migrate', '-e', 'staging', '--plan', 'plan.json', '--yes'], { cwd, env });
    expect(plan.exitCode).toBe(2);
    expect(plan.stderr).toContain('The plan plan.json is of production, not of staging');
    expect(plan.stderr).toContain('If that is meant: --environment production.');
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    const { json } = await cli(['migrate', '--plan', 'plan.json', '--yes', '--json'], { cwd, env });
    const { journal } = json<{ readonly journal: string }>();
    const back = await cli(['rollback', '-e', 'staging', journal, '--yes'], { cwd, env });
    expect(back.exitCode).toBe(2);
    expect(back.stderr).toContain('is of production, not of staging');
    expect(await read(server, 'shop/production/security')).toHaveProperty('secret_key');
  });

  test('is told when it may only be another address', async () => {
    const { env } = await emptyVault();
    const { env: elsewhere } = await emptyVault();
    const cwd = await project({ '.env': dotenv().text });
    expect((await cli(['migrate', '--yes'], { cwd, env })).exitCode).toBe(0);
    const wrong = await cli(['rollback', '--yes'], { cwd, env: elsewhere });
    expect(wrong.exitCode).toBe(6);
    expect(wrong.stderr).toContain(
      `warning: The journal is of ${env['VAULT_ADDR']}, and what is asked is ${elsewhere['VAULT_ADDR']}.`,
    );
    const right = await cli(['rollback', '--yes'], { cwd, env });
    expect(right.exitCode).toBe(0);
    expect(right.stdout).toMatch(/removed +shop\/production\/security/);
    expect(right.stderr).not.toContain('The journal is of');
    const again = await cli(['rollback', '--yes'], { cwd, env });
    expect(again.stdout).toMatch(/^\.strongroom\/\S+\.journal has nothing that is to be taken back\.\n$/);
  });
});

describe('policy', () => {
  test('is the least that the application needs, also as commands, and is checked against Vault', async () => {
    const { env, server } = await shopVault();
    const cwd = await project();
    const { stdout } = await cli(['policy', '-e', 'staging'], { cwd, env });
    expect(stdout).toContain('path "secret/data/shop/staging/database" {\n  capabilities = ["read"]\n}');
    expect((await cli(['policy', '--purpose', 'migrate'], { cwd, env })).stdout).toContain(
      '"create", "read", "update"',
    );
    expect((await cli(['policy', '--role', 'approle'], { cwd, env })).stdout).toContain(
      "vault policy write shop-production - <<'POLICY'",
    );
    expect((await cli(['policy', '--check'], { cwd, env })).exitCode).toBe(0);
    const headers = { 'X-Vault-Token': server.rootToken };
    const made = await fetch(`${server.address}/v1/auth/token/create`, {
      method: 'POST',
      headers,
      body: '{"policies":["default"]}',
    });
    const { auth } = (await made.json()) as { readonly auth: { readonly client_token: string } };
    const lacking = await cli(['policy', '--check'], {
      cwd,
      env: { ...env, VAULT_TOKEN: auth.client_token },
    });
    expect(lacking.exitCode).toBe(1);
    expect(lacking.stdout).toMatch(/missing +secret\/data\/shop\/production\/database +read/);
  });
});
