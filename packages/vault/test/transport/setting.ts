import type { ManualClock } from '@strongroom/core/testing';
import { type DevServer, type DevServerOptions, startDevServer } from '@strongroom/dev-server';
import { type FaultProxy, startFaultProxy } from '@strongroom/test-servers';
import { afterEach, vi } from 'vitest';
import { createVault, type Vault, VaultError, type VaultOptions } from '../../src/index.js';

// Nothing here waits for the time of day; a busy machine may take its time all the same.
vi.setConfig({ testTimeout: 30_000 });

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});

/** Closes something after the test. */
export function closing<T extends AsyncDisposable>(thing: T): T {
  opened.push(thing);
  return thing;
}

export const seed = { 'app/test/database': { url: 'postgres://localhost/app' } };
export const rootToken = 's.a-token-that-nobody-may-see';

export const startServer = async (options: DevServerOptions = {}): Promise<DevServer> =>
  closing(await startDevServer({ seed, rootToken, ...options }));

export const startProxy = async (server: { readonly address: string }): Promise<FaultProxy> =>
  closing(await startFaultProxy(server.address));

/** A client whose token is given by a function: no life of it is looked after, so that all timers are the transport's. */
export const open = (address: string | readonly string[], options: Partial<VaultOptions> = {}): Vault =>
  closing(createVault({ address, token: () => rootToken, retries: 0, ...options }));

/** Lets what has been sent be received: all ends are in this process. */
export async function delivered(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export const read = (vault: Vault) => vault.kv().read('app/test/database');

/** Moves the time on until a call is over, and hands on what became of it. */
export async function passing<T>(clock: ManualClock, call: Promise<T>, stepMs = 50): Promise<T> {
  let over = false;
  const end = () => {
    over = true;
  };
  call.then(end, end);
  for (let step = 0; !over && step < 10_000; step++) {
    await delivered();
    if (!over) clock.advance(stepMs);
  }
  return call;
}

/** The error of something that has to fail as Vault fails. */
export async function failureOf(call: Promise<unknown>): Promise<VaultError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VaultError)) throw new Error('did not fail as Vault fails', { cause: error });
  return error;
}
