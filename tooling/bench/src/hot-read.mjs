import { createResolver, defineSettings, environmentSource, plain, secret } from '@strongroom/core';
import { auditTrail } from '@strongroom/core/audit';
import { measure } from 'mitata';
import { z } from 'zod';
import { median } from './rounds.mjs';

/** Reading a secret of a snapshot, without and with an audit trail, beside a property of a frozen object. */
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
  const trail = auditTrail(resolver, { sink: () => {} });
  const audited = resolver.current();
  const frozen = Object.freeze({ ...values });

  const map = new Map(Object.entries(values));
  const property = 'holder.SETTING_5';

  const ratios = { off: [], on: [], onBesideMap: [] };
  for (let round = 0; round < rounds; round++) {
    const theirs = await nanoseconds(frozen, property);
    const lookup = await nanoseconds(map, "holder.get('SETTING_5')");
    const on = await nanoseconds(audited, property);
    ratios.off.push((await nanoseconds(snapshot, property)) / theirs);
    ratios.on.push(on / theirs);
    ratios.onBesideMap.push(on / lookup);
  }
  await trail.close();
  await resolver.close();
  const line = (name, values, note = '') =>
    process.stdout.write(`  ${name.padEnd(46)} ratio ${median(values).toFixed(2).padStart(6)}${note}\n`);
  process.stdout.write(`\nReading a secret of a snapshot, medians of ${rounds} rounds\n`);
  line('beside a property of a frozen object', ratios.off, '   (the target is at most 1.5)');
  line('with an audit trail, beside that property', ratios.on);
  line('with an audit trail, beside a lookup in a Map', ratios.onBesideMap);
}

/** A thousand reads an iteration, because one takes less time than the clock can see. */
async function nanoseconds(holder, reading) {
  // Made anew for each holder, so that the engine cannot mix up the two shapes.
  const read = new Function(
    'holder',
    `return () => { let n = 0; for (let i = 0; i < 1000; i++) n += ${reading}.length; return n; }`,
  )(holder);
  const { p50 } = await measure(read, { min_cpu_time: 200e6 });
  return p50;
}
