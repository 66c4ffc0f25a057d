import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { loadSettings } from '@strongroom/node';
import { shutdownOn } from '@strongroom/node/shutdown';
import { Database, definition, refuseToStart } from 'pake';
import { createApp } from './app.js';

async function main(): Promise<void> {
  const settings = await loadSettings(definition, { refreshOnSignal: 'SIGHUP' });
  const { HOST, PORT, SHUTDOWN_SECONDS } = settings.current();
  const database = await Database.follow(settings);
  const server = createApp(settings, database).listen(PORT, HOST);
  shutdownOn(['SIGTERM', 'SIGINT'], {
    settings,
    close: [server, database],
    deadlineMs: SHUTDOWN_SECONDS * 1000,
  });
  await once(server, 'listening');
  process.stdout.write(`PAKE listens at http://${HOST}:${(server.address() as AddressInfo).port}\n`);
}

main().catch(refuseToStart);
