import { Agent, request } from 'node:http';
import { finish, paths } from './migration-work.mjs';
import { stopwatch } from './stopwatch.mjs';

const { hostname, port } = new URL(process.env.VAULT_ADDR);
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const token = process.env.VAULT_TOKEN;

/** One request; the answer's body, parsed. */
const call = (method, path, body) =>
  new Promise((resolve, reject) => {
    const headers = { 'X-Vault-Token': token };
    if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
    request({ hostname, port, method, path: `/v1/secret/data/${path}`, agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    })
      .on('error', reject)
      .end(body);
  });

/** The same requests as a migration makes, each kind when the one before is through, and nothing beside them. */
async function migrate() {
  const all = [...paths];
  const stop = stopwatch();
  const before = await Promise.all(all.map(([path]) => call('GET', path)));
  const missing = all.filter((_, index) => before[index].data === undefined);
  await Promise.all(
    missing.map(async ([path, data]) => {
      await call('POST', path, JSON.stringify({ data, options: { cas: 0 } }));
      const { data: written } = await call('GET', path);
      for (const [key, value] of Object.entries(data)) {
        if (written.data[key] !== value) throw new Error('Something else was read back');
      }
    }),
  );
  return stop();
}

const first = await migrate();
finish(first, await migrate());
agent.destroy();
