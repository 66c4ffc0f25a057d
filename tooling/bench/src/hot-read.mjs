import { createResolver, defineSettings, environmentSource, plain, secret } from '@strongroom/core';
import { measure } from 'mitata';
import { z } from 'zod';
import { median } from './rounds.mjs';

/** Reading a setting of a snapshot beside reading a property of a frozen object. */
export async function hotRead(rounds) {
  const names = Array.from({ length: 16 }, (_, index) => `SETTING_${index}`);
  const values = Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
  const settings = Object.fromEntries(
    names.map((name, index) => [
      name,
      index % 2 === 0 ? plain(z.string()) : secret(`group/key${index}`, z.string()),
    ]),
  );
  const definition = defineSettings({ application: 'bench', environments: ['development'], settings });
  const resolver = createResolver(definition, {
    environment: 'development',
    sources: [environmentSource(values)],
  });
  const snapshot = await resolver.load();
  const frozen = Object.freeze({ ...values });

  const ratios = [];
  for (let round = 0; round < rounds; round++) {
    const theirs = await nanoseconds(frozen);
    const ours = await nanoseconds(snapshot);
    ratios.push(ours / theirs);
  }
  process.stdout.write(`\nReading a setting of a snapshot, beside a property of a frozen object\n`);
  process.stdout.write(
    `  ratio ${median(ratios).toFixed(2)} (median of ${rounds} rounds; the target is at most 1.5)\n`,
  );
}

/** A thousand reads an iteration, because one takes less time than the clock can see. */
async function nanoseconds(holder) {
  // Made anew for each holder, so that the engine cannot mix up the two shapes.
  const read = new Function(
    'holder',
    'return () => { let n = 0; for (let i = 0; i < 1000; i++) n += holder.SETTING_5.length; return n; }',
  )(holder);
  const { p50 } = await measure(read, { min_cpu_time: 200e6 });
  return p50;
}
