import { loadSettings } from '@strongroom/node';
import { shutdownOn } from '@strongroom/node/shutdown';
import { Database, definition, refuseToStart } from 'pake';
import { createApp } from './app.js';

async function main(): Promise<void> {
  const settings = await loadSettings(definition, { refreshOnSignal: 'SIGHUP' });
  const { HOST, PORT, SHUTDOWN_SECONDS } = settings.current();
  const database = await Database.follow(settings);
  const app = await createApp(settings, database);
  shutdownOn(['SIGTERM', 'SIGINT'], {
    settings,
    close: [app, database],
    deadlineMs: SHUTDOWN_SECONDS * 1000,
  });
  process.stdout.write(`PAKE listens at ${await app.listen({ port: PORT, host: HOST })}\n`);
}

main().catch(refuseToStart);
