import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './free-port.js';
import type { TestServer } from './test-server.js';

const startDeadlineMs = 20_000;

/** Starts a real Vault or OpenBao in dev mode on a free port of loopback. */
export async function startRealServer(binary: string, rootToken: string): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), 'strongroom-vault-'));
  const listen = `127.0.0.1:${(await freePorts(1))[0]}`;
  const child = spawn(binary, ['server', '-dev', '-dev-no-store-token'], {
    // By variables, so that the token stands on no command line; HOME, so that no token file is written.
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      VAULT_DEV_LISTEN_ADDRESS: listen,
      VAULT_DEV_ROOT_TOKEN_ID: rootToken,
      BAO_DEV_LISTEN_ADDRESS: listen,
      BAO_DEV_ROOT_TOKEN_ID: rootToken,
    },
    stdio: 'ignore',
  });
  const address = `http://${listen}`;
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill();
      await once(child, 'exit');
    }
    await rm(home, { recursive: true, force: true });
  };
  try {
    await ready(address, child);
    return { address, rootToken, close };
  } catch (error) {
    await close();
    throw error;
  }
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
