import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './free-port.js';
import type { TestServer } from './test-server.js';

const startDeadlineMs = 20_000;

/** A process of the server, and what it printed of its key. */
interface Running {
  readonly child: ChildProcess;
  readonly unsealKey: string;
}

/** Starts a real Vault or OpenBao in dev mode on a free port of loopback. */
export async function startRealServer(binary: string, rootToken: string): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), 'strongroom-vault-'));
  const listen = `127.0.0.1:${(await freePorts(1))[0]}`;
  const address = `http://${listen}`;
  let running: Running | undefined;
  const start = async () => {
    running = await run(binary, address, {
      PATH: process.env['PATH'],
      HOME: home,
      VAULT_DEV_LISTEN_ADDRESS: listen,
      VAULT_DEV_ROOT_TOKEN_ID: rootToken,
      BAO_DEV_LISTEN_ADDRESS: listen,
      BAO_DEV_ROOT_TOKEN_ID: rootToken,
    });
  };
  const stop = async () => {
    if (running !== undefined) await end(running.child);
  };
  const close = async () => {
    await stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    address,
    rootToken,
    get unsealKey() {
      return running?.unsealKey ?? '';
    },
    stop,
    start,
    close,
  };
}

/** @param env by variables, so that the token stands on no command line; HOME, so that no token file is written */
async function run(binary: string, address: string, env: NodeJS.ProcessEnv): Promise<Running> {
  const child = spawn(binary, ['server', '-dev', '-dev-no-store-token'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  try {
    await ready(address, child);
    const key = () => /^Unseal Key: (\S+)$/m.exec(printed)?.[1];
    // It is printed at about the time at which the server begins to answer.
    for (let tries = 0; key() === undefined && tries < 100; tries++) await delay(20);
    return { child, unsealKey: key() ?? '' };
  } catch (error) {
    await end(child);
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

async function ready(address: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startDeadlineMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`The server ended with ${child.exitCode} before it was ready`);
    const health = await fetch(`${address}/v1/sys/health`).catch(() => undefined);
    if (health?.status === 200) return;
    await delay(50);
  }
  throw new Error(`The server was not ready within ${startDeadlineMs / 1000} s`);
}
