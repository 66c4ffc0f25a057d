import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { project, secretOf } from './support/project.js';
import { callCli, cli } from './support/run-cli.js';

interface Told {
  readonly address: string;
  readonly rootToken: string;
  readonly kind: string;
}

const read = async ({ address, rootToken }: Told, path: string): Promise<unknown> => {
  const answer = await fetch(`${address}/v1/secret/data/${path}`, {
    headers: { 'X-Vault-Token': rootToken },
  });
  return ((await answer.json()) as { readonly data: { readonly data: unknown } }).data.data;
};

describe('dev', () => {
  test('starts the embedded server with the seed, says how to use it, and ends at Ctrl-C', async () => {
    const value = secretOf();
    const cwd = await project({
      'seed.json': JSON.stringify({ 'shop/development/database': { url: value } }),
    });
    const call = callCli(['dev', '--port', '0', '--seed', 'seed.json', '--json'], { cwd });
    await call.saw('rootToken');
    await call.saw('}\n');
    const told = JSON.parse(call.printed().stdout) as Told;
    expect(told.kind).toBe('The embedded server');
    expect(await read(told, 'shop/development/database')).toEqual({ url: value });
    call.signal('SIGINT');
    expect((await call.result).exitCode).toBe(0);
    await expect(fetch(told.address)).rejects.toThrow();
  });

  test('takes the token of VAULT_DEV_ROOT_TOKEN_ID', async () => {
    const cwd = await project();
    const call = callCli(['dev', '--port', '0'], { cwd, env: { VAULT_DEV_ROOT_TOKEN_ID: 'dev-only-token' } });
    await call.saw('Ctrl-C ends it.');
    expect(call.printed().stdout).toMatch(
      /export USE_VAULT=true VAULT_ADDR=http:\/\/127\.0\.0\.1:\d+ VAULT_TOKEN=dev-only-token\n/,
    );
    call.signal('SIGTERM');
    expect((await call.result).exitCode).toBe(0);
  });

  test('takes a real server that is on PATH, seeds it, and ends it', async () => {
    const value = secretOf();
    const cwd = await project({
      'seed.json': JSON.stringify({ 'shop/development/database': { url: value } }),
    });
    // Stands for vault: takes what the real one takes, from the variables that it takes it from.
    const bin = join(cwd, 'bin');
    await mkdir(bin);
    await writeFile(
      join(bin, 'bao'),
      `#!${process.execPath}
import('${import.meta.resolve('@strongroom/dev-server')}').then(async ({ startDevServer }) => {
  if (process.env.HOME === undefined || process.env.HOME === '/') process.exit(1);
  if (process.argv.slice(2).join(' ') !== 'server -dev') process.exit(1);
  const [host, port] = process.env.BAO_DEV_LISTEN_ADDRESS.split(':');
  const server = await startDevServer({ host, port: Number(port), rootToken: process.env.BAO_DEV_ROOT_TOKEN_ID });
  process.once('SIGTERM', () => server.close());
});
`,
    );
    await chmod(join(bin, 'bao'), 0o755);
    const args = ['dev', '--port', '0', '--seed', 'seed.json', '--json'];
    const call = callCli(args, { cwd, env: { PATH: bin } });
    await call.saw('}\n');
    const told = JSON.parse(call.printed().stdout) as Told;
    expect(told.kind).toBe(`bao (${join(bin, 'bao')})`);
    expect(await read(told, 'shop/development/database')).toEqual({ url: value });
    call.signal('SIGINT');
    const { exitCode, stderr } = await call.result;
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('ended by itself');
    await expect(fetch(told.address)).rejects.toThrow();
  });

  test.each([
    ['a port that is in use', 7, async (port: number) => ['--embedded', '--port', String(port)], '--port'],
    ['a seed that is none', 3, async () => ['--port', '0', '--seed', 'seed.json'], 'is no JSON of secrets'],
    [
      'a seed that is not there',
      7,
      async () => ['--port', '0', '--seed', 'no.json'],
      'There is no such file',
    ],
    [
      'a seed with a path that is none',
      3,
      async () => ['--embedded', '--port', '0', '--seed', 'path.json'],
      'is not the path of a secret',
    ],
    ['a port that is none', 2, async () => ['--port', 'many'], 'It is no port'],
  ])('says that there is %s', async (_, code, args, words) => {
    const seed = JSON.stringify({ '../shop': { url: secretOf() } });
    const cwd = await project({ 'seed.json': `"${secretOf()}"`, 'path.json': seed });
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    try {
      const { port } = taken.address() as { readonly port: number };
      const { exitCode, stderr } = await cli(['dev', ...(await args(port))], { cwd });
      expect(stderr).toContain(words);
      expect(exitCode).toBe(code);
    } finally {
      taken.close();
    }
  });
});
