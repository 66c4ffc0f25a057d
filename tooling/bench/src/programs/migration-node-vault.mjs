import nodeVault from 'node-vault';
import { finish, paths } from './migration-work.mjs';
import { stopwatch } from './stopwatch.mjs';

const client = nodeVault({ endpoint: process.env.VAULT_ADDR, token: process.env.VAULT_TOKEN });
const read = (path) => client.read(`secret/data/${path}`);

/** As it is written by hand: one path after another. */
async function migrate() {
  const stop = stopwatch();
  for (const [path, data] of paths) {
    const before = await read(path).catch(() => undefined);
    if (before !== undefined) continue;
    await client.write(`secret/data/${path}`, { data, options: { cas: 0 } });
    const written = await read(path);
    for (const [key, value] of Object.entries(data)) {
      if (written.data.data[key] !== value) throw new Error('Something else was read back');
    }
  }
  return stop();
}

const first = await migrate();
finish(first, await migrate());
