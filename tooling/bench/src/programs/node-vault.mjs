import { stopwatch } from './stopwatch.mjs';
import { afterImport, finish, groups } from './vault-work.mjs';

let stop = stopwatch();
const { default: nodeVault } = await import('node-vault');
if (afterImport) stop = stopwatch();

const client = nodeVault({ endpoint: process.env.VAULT_ADDR, token: process.env.VAULT_TOKEN });
const answers = await Promise.all(
  groups.map((group) => client.read(`secret/data/bench/development/${group}`)),
);
const work = stop();
const byGroup = new Map(groups.map((group, index) => [group, answers[index].data.data]));
finish(work, ({ group, key }) => byGroup.get(group)[key]);
