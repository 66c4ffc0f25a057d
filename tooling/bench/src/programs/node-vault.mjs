import { afterImport, finish, groups } from './vault-work.mjs';

let began = performance.now();
const { default: nodeVault } = await import('node-vault');
if (afterImport) began = performance.now();

const client = nodeVault({ endpoint: process.env.VAULT_ADDR, token: process.env.VAULT_TOKEN });
const answers = await Promise.all(
  groups.map((group) => client.read(`secret/data/bench/development/${group}`)),
);
const workMs = performance.now() - began;
const byGroup = new Map(groups.map((group, index) => [group, answers[index].data.data]));
finish(workMs, ({ group, key }) => byGroup.get(group)[key]);
