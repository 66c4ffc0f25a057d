// Reads 1000 settings in 250 paths at once, warm; prints how long that took.
import { clients } from './clients.mjs';

const { CLIENT, VAULT_ADDR } = process.env;
const paths = Array.from({ length: 250 }, (_, index) => `bench/path${index}`);
const work = CLIENT === 'strongroom: settings' ? await wholeSettings() : await plainReads();

await work();
const began = performance.now();
await work();
process.stdout.write(JSON.stringify({ workMs: performance.now() - began }));
process.exit(0);

async function plainReads() {
  const read = await clients[CLIENT](VAULT_ADDR, 'bench');
  return async () => {
    const answers = await Promise.all(paths.map(read));
    if (answers.some(({ key3 }) => key3 !== 'value-3')) throw new Error(`${CLIENT} read something else`);
  };
}

/** All that a program gets of it: grouped, validated, with provenance, in a snapshot. */
async function wholeSettings() {
  const [{ createResolver, defineSettings, secret }, { createVault }, { z }] = await Promise.all([
    import('@strongroom/core'),
    import('@strongroom/vault'),
    import('zod'),
  ]);
  const vault = createVault({ address: VAULT_ADDR, token: 'bench' });
  const declared = Array.from({ length: 1000 }, (_, index) => [
    `SETTING_${index}`,
    secret(`path${index % 250}/key${Math.floor(index / 250)}`, z.string().min(1)),
  ]);
  const definition = defineSettings({
    application: 'bench',
    environments: ['development'],
    settings: Object.fromEntries(declared),
  });
  return async () => {
    const resolver = createResolver(definition, { environment: 'development', sources: [vault.source()] });
    const settings = await resolver.load();
    if (settings.SETTING_999 !== 'value-3') throw new Error('The settings are wrong');
  };
}
