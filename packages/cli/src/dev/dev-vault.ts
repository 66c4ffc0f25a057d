import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import spawn from 'cross-spawn';
import { findExecutable } from '../child/find-executable.js';
import { CommandError } from '../command-error.js';
import { exitCodes } from '../exit-code.js';
import type { Io } from '../terminal/io.js';
import type { Seed } from './seed.js';

/** A Vault for development that runs. */
export interface DevVault {
  readonly address: string;
  readonly rootToken: string;
  /** What it is, for people. */
  readonly kind: string;
  /** Settles when it ends by itself. */
  readonly ended: Promise<void>;
  seed(seed: Seed): Promise<void>;
  readonly close: () => Promise<void>;
}

/** How long a server may take to answer, in milliseconds. */
const startDeadlineMs = 20_000;

/** Starts the real server when there is one, otherwise the embedded one. */
export async function startDevVault(
  io: Io,
  { port, embedded }: { readonly port: number; readonly embedded: boolean },
): Promise<DevVault> {
  const binary = embedded ? undefined : findExecutable(io.env, ['vault', 'bao']);
  // No process argument, and not the same one every time: others on this machine can reach the port.
  const rootToken = io.env['VAULT_DEV_ROOT_TOKEN_ID'] || `dev-${randomBytes(12).toString('hex')}`;
  return binary === undefined ? startEmbedded(port, rootToken) : startBinary(io, binary, port, rootToken);
}

async function startEmbedded(port: number, rootToken: string): Promise<DevVault> {
  const { DevServerError, startDevServer } = await import('@strongroom/dev-server');
  try {
    const server = await startDevServer({ port, rootToken });
    return {
      address: server.address,
      rootToken,
      kind: 'The embedded server',
      ended: new Promise(() => undefined),
      async seed(seed) {
        try {
          server.seed(seed);
        } catch (error) {
          if (!(error instanceof DevServerError)) throw error;
          throw new CommandError(exitCodes.configuration, `The seed: ${error.message}`, {
            cause: error,
            remedy: 'Correct it in the file that --seed names.',
          });
        }
      },
      close: () => server.close(),
    };
  } catch (error) {
    if (!(error instanceof DevServerError)) throw error;
    throw new CommandError(exitCodes.file, error.message, {
      cause: error,
      remedy: error.code === 'PORT_IN_USE' ? 'Name another one with --port.' : 'Try another one with --port.',
    });
  }
}

async function startBinary(io: Io, binary: string, wanted: number, rootToken: string): Promise<DevVault> {
  const port = wanted === 0 ? await freePort() : wanted;
  // In dev mode it leaves its token in the home folder, where that of another Vault may be.
  const home = await mkdtemp(join(tmpdir(), 'strongroom-dev-'));
  const name = basename(binary).replace(/\.exe$/, '');
  const env: Record<string, string | undefined> = { ...io.env, HOME: home };
  for (const prefix of ['VAULT', 'BAO']) {
    env[`${prefix}_DEV_ROOT_TOKEN_ID`] = rootToken;
    env[`${prefix}_DEV_LISTEN_ADDRESS`] = `127.0.0.1:${port}`;
  }
  // Its output has the token and the unseal key, which nobody asked for.
  const child = spawn(binary, ['server', '-dev'], {
    cwd: io.cwd,
    env,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit')
    .catch(() => undefined)
    .then(() => rm(home, { recursive: true, force: true }));
  const address = `http://127.0.0.1:${port}`;
  await answering(address, rootToken, child, name);
  return {
    address,
    rootToken,
    kind: `${name} (${binary})`,
    ended,
    async seed(seed) {
      if (Object.keys(seed).length === 0) return;
      const { createVault } = await import('@strongroom/vault');
      const vault = createVault({ address, token: rootToken });
      try {
        for (const [path, data] of Object.entries(seed)) await vault.kv().write(path, data);
      } finally {
        await vault.close();
      }
    },
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until the server answers to its token: another one may have the port. */
async function answering(address: string, token: string, child: ChildProcess, name: string): Promise<void> {
  const until = Date.now() + startDeadlineMs;
  while (child.exitCode === null && child.signalCode === null && Date.now() < until) {
    try {
      const headers = { 'X-Vault-Token': token };
      if ((await fetch(`${address}/v1/auth/token/lookup-self`, { headers })).ok) return;
    } catch {
      // Not there yet.
    }
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new CommandError(exitCodes.unavailable, `${name} did not start at ${address}`, {
    remedy: 'See whether the port is free, or take the embedded server with --embedded.',
  });
}
