import { stopwatch } from './stopwatch.mjs';
import { afterImport, finish, groups, places } from './vault-work.mjs';

let stop = stopwatch();
const [{ default: nodeVault }, { z }] = await Promise.all([import('node-vault'), import('zod')]);
if (afterImport) stop = stopwatch();

const schema = z.object(Object.fromEntries(places.map(({ name }) => [name, z.string().min(1)])));
const client = nodeVault({ endpoint: process.env.VAULT_ADDR, token: process.env.VAULT_TOKEN });
const answers = await Promise.all(
  groups.map((group) => client.read(`secret/data/bench/development/${group}`)),
);
const byGroup = new Map(groups.map((group, index) => [group, answers[index].data.data]));
const settings = schema.parse(
  Object.fromEntries(places.map(({ name, group, key }) => [name, byGroup.get(group)[key]])),
);
const work = stop();
finish(work, ({ name }) => settings[name]);
