import { afterImport, finish, groups } from './vault-work.mjs';

let began = performance.now();
const { createVault } = await import('@strongroom/vault');
if (afterImport) began = performance.now();

const vault = createVault({ address: process.env.VAULT_ADDR, token: process.env.VAULT_TOKEN });
const kv = vault.kv();
const answers = await Promise.all(groups.map((group) => kv.read(`bench/development/${group}`)));
const workMs = performance.now() - began;
await vault.close();
const byGroup = new Map(groups.map((group, index) => [group, answers[index].data]));
finish(workMs, ({ group, key }) => byGroup.get(group)[key]);
