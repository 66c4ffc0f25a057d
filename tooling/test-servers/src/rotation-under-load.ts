import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startDevServer } from '@strongroom/dev-server';
import { RequestLoad } from './request-load.js';

/** An application that answers a request with the value of the secret `key` at `place`, below `secret/`. */
export interface ServedSecret {
  readonly url: string;
  /** Has the application look for new values. */
  refresh(): Promise<unknown>;
  close(): Promise<unknown>;
}

/** What came of it. */
export interface LoadReport {
  /** How often each answer came. */
  readonly answers: ReadonlyMap<string, number>;
  /** How often the secret was read, each time that the application looked for new values while Vault was there. */
  readonly reads: readonly number[];
  /** How often it was read besides, after the application had started. */
  readonly readsBesides: number;
}

/**
 * Sends an application at least 10,000 requests over 100 kept connections, while its Vault is killed and started
 * again, and the secret is rotated from `one` to `two`.
 */
export async function rotationUnderLoad(
  place: { readonly path: string; readonly key: string },
  serve: (vault: { readonly address: string; readonly token: string }) => Promise<ServedSecret>,
): Promise<LoadReport> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-'));
  const options = { dataFile: join(folder, 'vault.json'), rootToken: 'dev-only-token' };
  const holding = (value: string) => ({ [place.path]: { [place.key]: value } });
  let vault = await startDevServer({ ...options, seed: holding('one') });
  const app = await serve({ address: vault.address, token: vault.rootToken });
  using load = new RequestLoad(app.url);
  const readsSoFar = () => vault.requests.filter(({ path }) => path.includes(place.path)).length;
  const reads: number[] = [];
  let readsBesides = -readsSoFar();
  const refresh = async () => {
    const before = readsSoFar();
    await app.refresh();
    // An address that was away is left alone for a moment, and then nothing is asked.
    while (readsSoFar() === before) {
      await delay(100);
      await app.refresh();
    }
    reads.push(readsSoFar() - before);
  };
  try {
    await load.during(2_500, refresh());
    readsBesides += readsSoFar();
    await vault.close();
    await load.during(2_500, app.refresh());
    vault = await startDevServer({ ...options, port: Number(new URL(vault.address).port) });
    await load.during(2_500, refresh());
    vault.seed(holding('two'));
    await load.during(2_500, refresh());
    readsBesides += readsSoFar() - reads.reduce((sum, count) => sum + count, 0);
    return { answers: load.answers, reads, readsBesides };
  } finally {
    await app.close();
    await vault.close();
    await rm(folder, { recursive: true, force: true });
  }
}
