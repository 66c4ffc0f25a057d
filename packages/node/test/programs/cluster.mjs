// A cluster whose primary loads the settings, does what its standard input says, and ends by itself.

import cluster from 'node:cluster';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { loadSettings } from '@strongroom/node';
import { receiveSettings, shareSettings } from '@strongroom/node/threads';
import { shop } from './shop.mjs';

if (cluster.isPrimary) {
  const settings = await loadSettings(shop, { refreshEveryMs: false });
  // What the primary has is not what the workers inherit.
  const env = { TOKEN_FILE: undefined, PASSWORD: undefined };
  cluster.fork(env);
  shareSettings(settings, cluster, { only: ['TOKEN', 'PORT'] });
  cluster.fork(env);
  const workers = () => Object.values(cluster.workers);
  cluster.on('exit', () => {
    if (settings.state.status !== 'closed') cluster.fork(env);
  });
  const commands = {
    rotate(token) {
      writeFileSync(process.env.TOKEN_FILE, token);
      void settings.refresh();
    },
    kill: () => workers()[0].process.kill('SIGKILL'),
    async close() {
      lines.close();
      for (const worker of workers()) worker.send('close');
      await settings.close();
    },
  };
  const lines = createInterface({ input: process.stdin }).on('line', (line) => {
    const [command, argument] = line.split(' ');
    commands[command](argument);
  });
  process.on('exit', (code) => process.stdout.write(`primary ends with ${code}\n`));
} else {
  const settings = await receiveSettings(shop, { only: ['TOKEN'] });
  const say = (words) =>
    process.stdout.write(`worker ${cluster.worker.id} ${words} ${settings.current().TOKEN}\n`);
  say('begins with');
  settings.events.on('change', () => say('goes on with'));
  process.on('message', async (message) => {
    if (message !== 'close') return;
    await settings.close();
    cluster.worker.disconnect();
  });
}
