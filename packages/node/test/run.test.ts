import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSettings, isStrongroomError, plain, secret } from '@strongroom/core';
import { type AuditRecord, auditTrail } from '@strongroom/core/audit';
import { canarySecret, expectNoCanary, memorySource } from '@strongroom/core/testing';
import { startDevServer } from '@strongroom/dev-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type ChildEnvironmentOptions, LoadedSettings, loadSettings, type RunOptions } from '../src/index.js';
import { endPrograms, inline, runNode } from './node-program.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    TOKEN: secret('api/token', z.string()),
    PASSWORD: secret('database/password', z.string()),
    NOTE: secret('notes/note', z.string().optional()),
    PORT: plain(z.int(), { default: 8000 }),
    LEVEL: plain(z.enum(['debug', 'info']), { default: 'info' }),
  },
});

const [password, argument, variable] = [canarySecret(), canarySecret(), canarySecret()];

let folder: string;
let file: string;
let output: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-run-'));
  file = join(folder, 'token');
  output = join(folder, 'output');
  await writeFile(file, 'token-one');
});
afterEach(async () => {
  endPrograms();
  await rm(folder, { recursive: true });
});

/** Leaves its arguments and its environment in the file. */
const report = `require('node:fs').writeFileSync(process.argv[1], JSON.stringify({ argv: process.argv, env: process.env }));`;
const told = async () =>
  JSON.parse(await readFile(output, 'utf8')) as { argv: string[]; env: Record<string, string> };

describe('a command', () => {
  let settings: LoadedSettings<typeof definition.settings>;
  beforeEach(async () => {
    const variables = { APP_ENV: 'production', TOKEN_FILE: file, PASSWORD: password, PORT: '9000' };
    settings = await loadSettings(definition, { variables });
  });
  afterEach(() => settings.close());

  const environmentOf = async (options: RunOptions<keyof typeof definition.settings> = {}) => {
    await settings.run(process.execPath, ['-e', report, output], options);
    return (await told()).env;
  };

  test('finds the settings in its environment, as their sources wrote them, and none in its arguments', async () => {
    const result = await settings.run(process.execPath, ['-e', report, output]);
    expect(result).toEqual({ exitCode: 0, signal: undefined });
    const { argv, env } = await told();
    expect(env).toMatchObject({ TOKEN: 'token-one', PASSWORD: password, PORT: '9000', LEVEL: 'info' });
    expect(env).not.toHaveProperty('NOTE');
    expect(argv).toEqual([process.execPath, output]);
  });

  test('gets those that were chosen, and no other secret of the definition by inheritance', async () => {
    const inherited = {
      TOKEN_FILE: file,
      PASSWORD: 'inherited',
      NOTE: 'inherited',
      LEVEL: 'debug',
      OTHER: 'x',
    };
    const before = { ...process.env };
    Object.assign(process.env, inherited);
    try {
      const env = await environmentOf({ only: ['TOKEN'] });
      expect(env).toMatchObject({ TOKEN: 'token-one', LEVEL: 'debug', OTHER: 'x' });
      for (const name of ['TOKEN_FILE', 'PASSWORD', 'NOTE', 'PORT']) expect(env).not.toHaveProperty(name);
    } finally {
      for (const name of Object.keys(inherited)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });

  test('inherits all but what Vault is logged in to with, unless that is asked for', async () => {
    const credentials = {
      VAULT_TOKEN: 'a',
      BAO_TOKEN_FILE: 'b',
      STRONGROOM_VAULT_SECRET_ID: 'c',
      STRONGROOM_VAULT_JWT_FILE: 'd',
      VAULT_CLIENT_KEY: 'e',
      STRONGROOM_LAST_KNOWN_GOOD_KEY: 'f',
    };
    const variables = { ...credentials, VAULT_ADDR: 'https://vault', PATH: process.env['PATH'] };
    const before = process.env;
    process.env = variables;
    try {
      const env = await environmentOf();
      for (const name of Object.keys(credentials)) expect(env).not.toHaveProperty(name);
      expect(env).toMatchObject({ VAULT_ADDR: 'https://vault', PATH: before['PATH'] });
      expect(await environmentOf({ passCredentials: true })).toMatchObject(credentials);
      const alone = await environmentOf({ inherit: false, only: ['PORT'] });
      expect(alone).toMatchObject({ PORT: '9000' });
      expect(Object.keys(alone).filter((name) => name in variables)).toEqual([]);
    } finally {
      process.env = before;
    }
  });

  test('is given by somebody else what run() gives it, from the variables that are named to be inherited', async () => {
    const given = {
      TOKEN_FILE: file,
      PASSWORD: 'inherited',
      LEVEL: 'debug',
      VAULT_TOKEN: 'a',
      VAULT_ADDR: 'https://vault',
      GONE: undefined,
    };
    const inherit = Object.freeze(given);
    expect(await settings.childEnvironment({ only: ['TOKEN'], inherit })).toEqual({
      TOKEN: 'token-one',
      LEVEL: 'debug',
      VAULT_ADDR: 'https://vault',
    });
    const options: ChildEnvironmentOptions<'TOKEN'> = {
      only: ['TOKEN'],
      inherit,
      passCredentials: true,
      env: { LEVEL: undefined, EXTRA: 'y' },
    };
    const expected = { TOKEN: 'token-one', VAULT_ADDR: 'https://vault', VAULT_TOKEN: 'a', EXTRA: 'y' };
    expect(await settings.childEnvironment(options)).toEqual(expected);
    expect(await environmentOf(options)).toMatchObject(expected);

    const own = { ...process.env, TOKEN: 'token-one', PASSWORD: password, PORT: '9000', LEVEL: 'info' };
    expect(await settings.childEnvironment()).toEqual(own);
    const alone = { TOKEN: 'token-one', PASSWORD: password, PORT: '9000', LEVEL: 'info' };
    expect(await settings.childEnvironment({ inherit: false })).toEqual(alone);
  });

  test('has the settings in its environment as they hold then', async () => {
    expect(await settings.childEnvironment({ only: ['TOKEN'], inherit: {} })).toEqual({ TOKEN: 'token-one' });
    await writeFile(file, 'token-two');
    await settings.refresh();
    expect(await settings.childEnvironment({ only: ['TOKEN'], inherit: {} })).toEqual({ TOKEN: 'token-two' });
  });

  test('gets what is given by hand before all else', async () => {
    const env = await environmentOf({ env: { PORT: '1', PASSWORD: undefined, EXTRA: 'y' } });
    expect(env).toMatchObject({ PORT: '1', EXTRA: 'y', TOKEN: 'token-one' });
    expect(env).not.toHaveProperty('PASSWORD');
  });

  test('that fails or is killed hands on how it ended', async () => {
    expect(await settings.run(process.execPath, ['-e', 'process.exit(7)'])).toEqual({
      exitCode: 7,
      signal: undefined,
    });
    const killed = await settings.run(process.execPath, ['-e', `process.kill(process.pid, 'SIGKILL')`]);
    expect(killed).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  });

  test.each([
    ['that is not there', 'no-such-command-anywhere', {}, 'ENOENT'],
    ['in a folder that is not there', process.execPath, { cwd: '/no/such/folder' }, 'ENOENT'],
    ['that may not be executed', tmpdir(), {}, 'EACCES'],
    [
      'with a variable that cannot be',
      process.execPath,
      { env: { X: `${variable}\0` } },
      'ERR_INVALID_ARG_VALUE',
    ],
    ['with too large a variable', process.execPath, { env: { X: variable.repeat(1 << 17) } }, 'E2BIG'],
  ])('%s is an error that holds no variable and no argument', async (_, command, options, code) => {
    const error: unknown = await settings
      .run(command, [argument], options)
      .catch((thrown: unknown) => thrown);
    expect(isStrongroomError(error, 'COMMAND_NOT_STARTED')).toBe(true);
    expect(error).toMatchObject({ cause: { code } });
    for (const canary of [argument, password, variable]) expectNoCanary(canary, error);
  });

  test('is not run with an option or a setting that there is not', async () => {
    const wrong = settings.run('true', [], { onyl: ['TOKEN'] } as object);
    await expect(wrong).rejects.toThrow('Was it meant to be only?');
    await expect(settings.childEnvironment({ onyl: [] } as object)).rejects.toThrow(
      'onyl is no option of childEnvironment()',
    );
    const stranger = settings.run('true', [], { only: ['TOKN' as 'TOKEN'] });
    await expect(stranger).rejects.toThrow('TOKN, named for run(), is no setting: was it meant to be TOKEN?');
    await expect(settings.childEnvironment({ only: ['TOKN' as 'TOKEN'] })).rejects.toThrow(
      'TOKN, named for childEnvironment(), is no setting: was it meant to be TOKEN?',
    );
  });

  test('ends when it is called off, by force if need be, and then says why', async () => {
    const listeners = () =>
      ['SIGTERM', 'SIGINT', 'SIGHUP', 'exit'].map((name) => process.listenerCount(name));
    const before = listeners();
    const controller = new AbortController();
    const deaf = `process.on('SIGTERM', () => {}); setTimeout(() => {}, 60_000); console.log('deaf')`;
    const stopped = settings.run(process.execPath, ['-e', deaf], {
      stdio: ['ignore', 'pipe', 'ignore'],
      stopDeadlineMs: 50,
      signal: controller.signal,
      onStart: (child) => void child.stdout?.once('data', () => controller.abort(new RangeError('enough'))),
    });
    await expect(stopped).rejects.toThrow(new RangeError('enough'));
    expect(listeners()).toEqual(before);
    const late = settings.run(process.execPath, ['-e', '0'], { signal: controller.signal });
    await expect(late).rejects.toThrow(new RangeError('enough'));
  });

  test('may take as long as it wants where that is said, and no time is none', async () => {
    const controller = new AbortController();
    const slow = `process.on('SIGTERM', () => setTimeout(() => process.exit(3), 100)); setTimeout(() => {}, 60_000); console.log('up')`;
    const codes: (number | null)[] = [];
    const stopped = settings.run(process.execPath, ['-e', slow], {
      stdio: ['ignore', 'pipe', 'ignore'],
      stopDeadlineMs: Number.POSITIVE_INFINITY,
      signal: controller.signal,
      onStart(child) {
        child.once('exit', (code) => codes.push(code));
        child.stdout?.once('data', () => controller.abort(new RangeError('enough')));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(codes).toEqual([3]);
    for (const stopDeadlineMs of [0, -1, Number.NaN, 'x' as unknown as number]) {
      const never = settings.run('true', [], { stopDeadlineMs });
      await expect(never).rejects.toMatchObject({ code: 'DEFINITION_INVALID' });
    }
  });

  test('runs beside any number of others, and nothing of them is left', async () => {
    const before = process.listenerCount('SIGTERM');
    const warnings: unknown[] = [];
    const warned = (warning: unknown) => warnings.push(warning);
    process.on('warning', warned);
    const counts = new Set<number>();
    const onStart = () => counts.add(process.listenerCount('SIGTERM'));
    const running = Array.from({ length: 12 }, (_, code) =>
      settings.run('sh', ['-c', `exit ${code}`], { onStart }),
    );
    const codes = (await Promise.all(running)).map(({ exitCode }) => exitCode);
    expect(codes).toEqual(running.map((_, code) => code));
    expect([...counts]).toEqual([before + 1]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(warnings).toEqual([]);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  test('is a reader of the secrets that it is given, for the audit trail', async () => {
    const records: AuditRecord[] = [];
    const trail = auditTrail(settings, { sink: (record) => void records.push(record) });
    await settings.run(process.execPath, ['-e', '0'], { only: ['TOKEN', 'PORT'] });
    await trail.close();
    const reads = records.filter(({ event }) => event === 'read');
    expect(reads).toMatchObject([{ setting: 'TOKEN', source: 'environment' }]);
  });

  test('goes on with what it was started with, unless it asked to be started again', async () => {
    const started: number[] = [];
    const source = `setTimeout(() => {}, 60_000); process.stdin.resume().on('end', () => process.exit(3)); console.log('up')`;
    const result = await settings.run(process.execPath, ['-e', source], {
      stdio: ['pipe', 'pipe', 'inherit'],
      onStart(child) {
        started.push(child.pid ?? 0);
        child.stdout?.once('data', async () => {
          await writeFile(file, 'token-two');
          await settings.refresh();
          child.stdin?.end();
        });
      },
    });
    expect(result.exitCode).toBe(3);
    expect(started).toHaveLength(1);
  });
});

describe('a command that is started again at a change', () => {
  /** Prints its token and waits to be told to end. */
  const source = `
    process.on('SIGTERM', () => process.exit(0));
    process.on('SIGUSR2', () => process.exit(5));
    setTimeout(() => {}, 60_000);
    console.log(process.env.TOKEN);
  `;

  test('gets the new settings, each time, and not for those that it was not given', async () => {
    const variables = { APP_ENV: 'production', TOKEN_FILE: file, PASSWORD_FILE: join(folder, 'password') };
    await writeFile(variables.PASSWORD_FILE, 'one');
    await using settings = await loadSettings(definition, { variables });
    const seen: string[] = [];
    const result = await settings.run(process.execPath, ['-e', source], {
      only: ['TOKEN'],
      restartOn: 'change',
      stdio: ['ignore', 'pipe', 'inherit'],
      onStart(child) {
        child.stdout?.setEncoding('utf8').once('data', async (text: string) => {
          seen.push(text.trim());
          if (seen.length < 3) await writeFile(file, `token-${seen.length + 1}`);
          // Of no interest to this child.
          await writeFile(variables.PASSWORD_FILE, `password-${seen.length + 1}`);
          await settings.refresh();
          if (seen.length === 3) child.kill('SIGUSR2');
        });
      },
    });
    expect(seen).toEqual(['token-one', 'token-2', 'token-3']);
    expect(result.exitCode).toBe(5);
    expect(settings.events.listenerCount('change')).toBe(0);
  });

  test('that ends by itself is not', async () => {
    const variables = { APP_ENV: 'production', TOKEN_FILE: file, PASSWORD: 'p' };
    await using settings = await loadSettings(definition, { variables });
    const result = await settings.run(process.execPath, ['-e', 'process.exit(9)'], { restartOn: 'change' });
    expect(result.exitCode).toBe(9);
  });
});

describe('what a variable can hold', () => {
  const shapes = defineSettings({
    application: 'shapes',
    environments: ['production'],
    settings: {
      LIST: secret('shapes/list', z.array(z.int())),
      COUNT: secret('shapes/count', z.int()),
      FLAG: secret('shapes/flag', z.boolean()),
      SINCE: plain(z.date(), { default: new Date('2030-01-02T03:04:05.000Z') }),
      LIMITS: plain(z.object({ low: z.int() }), { default: { low: 1 } }),
      WORDS: plain(
        z.string().transform((words) => words.split(' ')),
        { default: ['a', 'b'] },
      ),
    },
  });
  const off = { source: 'vault', mode: 'off', decidedBy: 'variable', reason: 'a test' } as const;
  const settingsFrom = (values: Record<string, unknown>) =>
    new LoadedSettings(shapes, { environment: 'production', sources: [memorySource('m', values)] }, off);

  test('is read by the same definition as what it was', async () => {
    await using settings = settingsFrom({ LIST: [1, 2], COUNT: 3, FLAG: true });
    await settings.load();
    await settings.run(process.execPath, ['-e', report, output], { inherit: false });
    const { env } = await told();
    // A default of the type that a transform makes cannot be told as what the transform takes.
    expect(env).not.toHaveProperty('WORDS');
    expect(env).toMatchObject({ LIST: '[1,2]', COUNT: '3', FLAG: 'true', SINCE: '2030-01-02T03:04:05.000Z' });
    const child = await loadSettings(shapes, { variables: { ...env, APP_ENV: 'production' } });
    expect({ ...child.current(), ...secretsOf(child.current()) }).toEqual({
      ...settings.current(),
      ...secretsOf(settings.current()),
    });
    await child.close();
  });
  const secretsOf = ({ LIST, COUNT, FLAG }: { LIST: unknown; COUNT: unknown; FLAG: unknown }) => ({
    LIST,
    COUNT,
    FLAG,
  });

  test('is no NUL: the error names the setting, and not its value', async () => {
    const canary = canarySecret();
    const named = defineSettings({
      application: 'nul',
      environments: ['production'],
      settings: { TOKEN: secret('api/token') },
    });
    const source = memorySource('m', { TOKEN: `${canary}\0` });
    await using settings = new LoadedSettings(named, { environment: 'production', sources: [source] }, off);
    await settings.load();
    const error: unknown = await settings.run('true').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SETTINGS_INVALID', problems: [{ name: 'TOKEN' }] });
    expectNoCanary(canary, error);
  });
});

// Windows has no signals to send.
describe.skipIf(process.platform === 'win32')('signals', () => {
  const parent = (options: string) =>
    inline(`
      import { defineSettings, secret } from '@strongroom/core';
      import { loadSettings } from '@strongroom/node';
      const definition = defineSettings({
        application: 'shop',
        environments: ['development'],
        settings: { TOKEN: secret('api/token') },
      });
      const settings = await loadSettings(definition);
      const child = \`
        for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT']) {
          process.on(signal, () => console.log('child got ' + signal));
        }
        process.on('SIGTERM', () => { console.log('child ends'); process.exit(3); });
        setTimeout(() => {}, 60_000);
        console.log('child is up with ' + process.env.TOKEN);
      \`;
      console.log('parent is ' + process.pid);
      const result = await settings.run(process.execPath, ['-e', child], ${options});
      console.log(JSON.stringify(result));
      process.exitCode = result.exitCode;
    `);

  test('are passed on, and the exit code is handed on', async () => {
    const program = runNode(parent('{}'), { env: { TOKEN: 'tok' } });
    await program.printed('child is up with tok');
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const) {
      program.child.kill(signal);
      await program.printed(`child got ${signal}`);
    }
    program.child.kill('SIGTERM');
    const { code, stdout } = await program.ended;
    expect(code).toBe(3);
    expect(stdout).toContain('child ends\n{"exitCode":3}');
  });

  // Of script(1) there are others, with other options.
  test.skipIf(process.platform !== 'linux')('that a terminal sends to both reach it once', async () => {
    const program = join(folder, 'parent.mjs');
    const [, , source = ''] = parent('{}');
    await writeFile(program, source);
    const command = `exec "${process.execPath}" --input-type=module --eval "$(cat '${program}')"`;
    const terminal = runNode(['-qec', command, '/dev/null'], {
      command: 'script',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], SHELL: '/bin/sh', TOKEN: 'tok' },
    });
    await terminal.printed('child is up with tok');
    terminal.child.stdin?.write('\u0003');
    await terminal.printed('child got SIGINT');
    // Whatever came twice is there before this one.
    terminal.child.stdin?.write('\u001c');
    const printed = await terminal.printed('child got SIGQUIT');
    expect(printed.match(/child got \w+/g)).toEqual(['child got SIGINT', 'child got SIGQUIT']);
    process.kill(Number(/parent is (\d+)/.exec(printed)?.[1]), 'SIGTERM');
    await terminal.ended;
  });

  test('that ask to end are not answered by a start with the new settings', async () => {
    await writeFile(file, 'one');
    const options = `{
      restartOn: 'change',
      stdio: ['ignore', 'inherit', 'inherit'],
    }`;
    const source = parent(options).map((text) =>
      text.replace(
        'const child =',
        `const { writeFileSync } = await import('node:fs');
         process.once('SIGTERM', () => { writeFileSync(process.env.TOKEN_FILE, 'two'); settings.refresh(); });
         const child =`,
      ),
    );
    const slow = source.map((text) =>
      text.replace(`process.exit(3);`, `setTimeout(() => process.exit(3), 300);`),
    );
    const program = runNode(slow, { env: { TOKEN_FILE: file } });
    await program.printed('child is up with one');
    program.child.kill('SIGTERM');
    const { code, stdout } = await program.ended;
    expect(code).toBe(3);
    expect(stdout).not.toContain('child is up with two');
  });

  test('need not reach it: it ends with its parent', async () => {
    const source = parent('{ onStart: () => process.once("SIGUSR2", () => process.exit(4)) }');
    const program = runNode(source, { env: { TOKEN: 'tok' } });
    await program.printed('child is up');
    program.child.kill('SIGUSR2');
    const { code, stdout } = await program.ended;
    expect(code).toBe(4);
    expect(stdout).toContain('child ends');
  });
});

test('a command gets what Vault holds, and what it was rotated to', async () => {
  const vault = await startDevServer();
  const kv = (data: object) =>
    fetch(`${vault.address}/v1/secret/data/shop/production/api`, {
      method: 'POST',
      headers: { 'x-vault-token': vault.rootToken },
      body: JSON.stringify({ data }),
    });
  await kv({ token: 'from-vault' });
  const variables = {
    APP_ENV: 'production',
    USE_VAULT: 'true',
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: vault.rootToken,
    PASSWORD: 'p',
  };
  const settings = await loadSettings(definition, { variables });
  const tokens: (string | undefined)[] = [];
  for (const token of ['from-vault', 'rotated']) {
    await kv({ token });
    await settings.refresh();
    await settings.run(process.execPath, ['-e', report, output], { only: ['TOKEN'] });
    tokens.push((await told()).env['TOKEN']);
  }
  expect(tokens).toEqual(['from-vault', 'rotated']);
  await settings.close();
  await vault.close();
});
