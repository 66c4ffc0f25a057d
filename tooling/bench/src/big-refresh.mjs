import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createResolver, defineSettings, secret } from '@strongroom/core';
import { vaultSource } from '@strongroom/vault';

/** In milliseconds, the least there is. */
const resolutionMs = 1;

/** How long a refresh of 10,000 settings in 2,500 paths holds the event loop at a time. */
export async function bigRefresh(rounds) {
  const child = fork(fileURLToPath(new URL('programs/big-vault.mjs', import.meta.url)));
  // It gives way, as one on another machine would: a collection of garbage wants both cores.
  setPriority(child.pid, 19);
  try {
    const [{ address, token }] = await once(child, 'message');
    const settings = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [
        `SETTING_${index}`,
        secret(`group${index >> 2}/key${index & 3}`),
      ]),
    );
    const resolver = createResolver(
      defineSettings({ application: 'bench', environments: ['production'], settings }),
      {
        environment: 'production',
        sources: [vaultSource({ address, token })],
        refreshEveryMs: false,
        startDeadlineMs: 120_000,
      },
    );
    await resolver.load();
    const same = [];
    const changed = [];
    for (let round = 0; round < rounds; round += 1) {
      same.push(await held(() => resolver.refresh()));
      child.send('rotate');
      await once(child, 'message');
      changed.push(await held(() => resolver.refresh()));
    }
    await resolver.close();
    process.stdout.write('\nA refresh of 10,000 settings in 2,500 paths: the event loop is held at a time\n');
    for (const [what, samples] of [
      ['nothing has changed', same],
      ['everything has changed', changed],
    ]) {
      const of = (key, pick) => pick(...samples.map((sample) => sample[key])).toFixed(1);
      process.stdout.write(
        `  ${what.padEnd(24)} at most ${of('maxMs', Math.min)} to ${of('maxMs', Math.max)} ms, ` +
          `99 % within ${of('p99Ms', Math.max)} ms (${rounds} rounds; the target is at most 20 ms)\n`,
      );
    }
  } finally {
    child.disconnect();
  }
}

/** The greatest delay of the event loop during some work. What the histogram tells is that and its resolution. */
async function held(work) {
  globalThis.gc?.();
  await delay(50);
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  const begun = performance.now();
  await work();
  const tookMs = performance.now() - begun;
  await delay(5);
  histogram.disable();
  const beyond = (ns) => ns / 1e6 - resolutionMs;
  return { maxMs: beyond(histogram.max), p99Ms: beyond(histogram.percentile(99)), tookMs };
}
