import { setTimeout as delay } from 'node:timers/promises';
import { startDevServer } from '@strongroom/dev-server';
import { requestsAtOnce } from './requests-at-once.js';
import type { ServedSecret } from './rotation-under-load.js';

/**
 * Sends an application 10,000 requests, and while all of them are under way its Vault is killed, and started again with
 * `two` in place of the secret `one`.
 *
 * @param serve starts the application; it waits for `held` in each request, after it has begun, and before it answers
 * @returns how often each answer came, and what a request is answered that comes after them
 */
export async function outageUnderWay(
  place: { readonly path: string; readonly key: string },
  serve: (
    vault: { readonly address: string; readonly token: string },
    held: () => Promise<void>,
  ) => Promise<ServedSecret>,
): Promise<{ readonly answers: ReadonlyMap<string, number>; readonly next: string }> {
  const count = 10_000;
  const holding = (value: string) => ({
    rootToken: 'dev-only-token',
    seed: { [place.path]: { [place.key]: value } },
  });
  let vault = await startDevServer(holding('one'));
  let begun = 0;
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const app = await serve({ address: vault.address, token: vault.rootToken }, () => {
    begun += 1;
    return gate;
  });
  try {
    const underWay = requestsAtOnce(app.url, count);
    while (begun < count) await delay(10);
    await vault.close();
    await app.refresh();
    vault = await startDevServer({ ...holding('two'), port: Number(new URL(vault.address).port) });
    // An address that was away is left alone for a moment, and then nothing is asked.
    while (!vault.requests.some(({ path }) => path.includes(place.path))) {
      await delay(100);
      await app.refresh();
    }
    letGo();
    return { answers: await underWay, next: await (await fetch(app.url)).text() };
  } finally {
    letGo();
    await app.close();
    await vault.close();
  }
}
