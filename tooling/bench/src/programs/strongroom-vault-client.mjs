import { stopwatch } from './stopwatch.mjs';
import { afterImport, finish, groups } from './vault-work.mjs';

let stop = stopwatch();
const { createVault } = await import('@strongroom/vault');
if (afterImport) stop = stopwatch();

const vault = createVault({ address: process.env.VAULT_ADDR, token: process.env.VAULT_TOKEN });
const kv = vault.kv();
const answers = await Promise.all(groups.map((group) => kv.read(`bench/development/${group}`)));
const work = stop();
await vault.close();
const byGroup = new Map(groups.map((group, index) => [group, answers[index].data]));
finish(work, ({ group, key }) => byGroup.get(group)[key]);
