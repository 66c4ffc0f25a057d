// A child process or a thread that begins to listen to messages for itself when it has its settings.
import { isMainThread, parentPort } from 'node:worker_threads';
import { receiveSettings } from '@strongroom/node/threads';
import { shop } from './shop.mjs';

const channel = isMainThread ? process : parentPort;
const say = (message) => (isMainThread ? process.send(message) : parentPort.postMessage(message));
// Two at a time, which share the channel of a process.
const [settings, others] = await Promise.all([
  receiveSettings(shop, { only: ['PORT'] }),
  receiveSettings(shop, { only: ['HOSTS'] }),
]);
// Whatever it may have to do before it listens.
await new Promise((resolve) => setTimeout(resolve, 100));
const jobs = [];
channel.on('message', async function listen(message) {
  jobs.push(message);
  if (message !== 'end') return;
  say({ jobs, port: settings.current().PORT });
  await settings.close();
  await others.close();
  channel.off('message', listen);
});
