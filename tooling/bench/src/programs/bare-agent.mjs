import { stopwatch } from './stopwatch.mjs';
import { afterImport, finish, groups } from './vault-work.mjs';

let stop = stopwatch();
const { Agent, request } = await import('node:http');
if (afterImport) stop = stopwatch();

const { hostname, port } = new URL(process.env.VAULT_ADDR);
const agent = new Agent({
  keepAlive: true,
  maxSockets: Number(process.env.SOCKETS ?? Number.POSITIVE_INFINITY),
});
const read = (group) =>
  new Promise((resolve, reject) => {
    const path = `/v1/secret/data/bench/development/${group}`;
    request(
      { hostname, port, path, agent, headers: { 'X-Vault-Token': process.env.VAULT_TOKEN } },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()).data.data));
      },
    )
      .on('error', reject)
      .end();
  });
const answers = await Promise.all(groups.map(read));
const work = stop();
agent.destroy();
const byGroup = new Map(groups.map((group, index) => [group, answers[index]]));
finish(work, ({ group, key }) => byGroup.get(group)[key]);
