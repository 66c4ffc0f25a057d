// Migrates what its argument says, as a program of its own that a test may kill. Imports what was built.
import { defineSettings, secret } from '@strongroom/core';
import { createVault } from '@strongroom/vault';
import { applyPlan, Entry, loadPlan, planMigration, savePlan } from '../dist/index.js';

const { address, token, mount, places, values, journal, planFile, parallel } = JSON.parse(process.argv[2]);
const vault = createVault({ address, token, retries: 0 });
const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: Object.fromEntries(Object.entries(places).map(([name, place]) => [name, secret(place)])),
});
const entries = Object.entries(values).map(
  ([name, value]) => new Entry(name, value, { reader: 'test', place: 'a test' }),
);
let plan = await planMigration({ definition, environment: 'production', mount, entries, vault, parallel });
if (planFile !== undefined) {
  await savePlan(plan, planFile);
  plan = await loadPlan(planFile, { entries });
}
const { written } = await applyPlan(plan, { vault, journal, parallel });
await vault.close();
process.stdout.write(JSON.stringify(written));
