import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { send } from './http-client.js';

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  if (!existsSync(BIN)) throw new Error('The package is not built: run its build first.');
  return spawn(process.execPath, [BIN, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function outcome(child: Child): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

const firstLine = async (child: Child): Promise<string> => String((await once(child.stdout, 'data'))[0]);

// Each test starts a process, which takes its time on a busy machine.
describe('strongroom-dev-server', { timeout: 60_000 }, () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('serves until %s, and says one line', async (signal) => {
    const child = start(['--listen', '127.0.0.1:0', '--root-token', 'dev']);
    const line = await firstLine(child);
    expect(line).toMatch(/^[^\n]*http:\/\/127\.0\.0\.1:\d+[^\n]*\n$/);
    expect(line).not.toContain('token');
    const address = /http:\S+/.exec(line)?.[0] ?? '';
    expect((await send(address, { path: '/v1/sys/mounts', token: 'dev' })).status).toBe(200);
    child.kill(signal);
    expect(await outcome(child)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('takes the root token from the environment', async () => {
    const child = start(['--listen', '127.0.0.1:0'], { VAULT_DEV_ROOT_TOKEN_ID: 'from-env' });
    const line = await firstLine(child);
    const address = /http:\S+/.exec(line)?.[0] ?? '';
    expect(line).not.toContain('from-env');
    expect((await send(address, { path: '/v1/sys/mounts', token: 'from-env' })).status).toBe(200);
    child.kill();
    await outcome(child);
  });

  test('says the root token that it made', async () => {
    const child = start(['--listen', 'localhost:0']);
    const line = await firstLine(child);
    const address = /http:\S+?(?=,| )/.exec(line)?.[0] ?? '';
    const token = /root token (\S+)/.exec(line)?.[1] ?? '';
    expect((await send(address, { path: '/v1/sys/mounts', token })).status).toBe(200);
    child.kill();
    await outcome(child);
  });

  test('says what it can do, and its version', async () => {
    const help = await outcome(start(['--help']));
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const flag of ['--listen', '--root-token', '--data', '--help', '--version'])
      expect(help.stdout).toContain(flag);
    expect(await outcome(start(['--version']))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  test.each([
    [['--nonsense'], /--nonsense/],
    [['extra'], /extra/],
    [['--listen', 'nowhere'], /HOST:PORT.*"nowhere"/],
    [['--listen', '127.0.0.1:99999'], /HOST:PORT/],
    [['--listen', '0.0.0.0:0'], /loopback/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await outcome(start(args));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('says so with exit code 1 when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const bound = other.address();
    const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
    const { code, stderr } = await outcome(start(['--listen', `127.0.0.1:${port}`]));
    other.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`Port ${port} .*in use`));
  });
});
