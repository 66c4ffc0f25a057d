import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { loadSettings } from '@strongroom/node';
import { shutdownOn } from '@strongroom/node/shutdown';
import { Database, definition, refuseToStart } from 'pake';
import { doJob, type Job } from './jobs.js';

/** Does what each line of standard input says, such as `{"id": 1, "job": "database"}`, and answers with a line. */
async function work(): Promise<void> {
  const settings = await loadSettings(definition, { refreshOnSignal: 'SIGHUP' });
  const database = await Database.follow(settings);
  const lines = createInterface({ input: process.stdin });
  const begun = new Set<Promise<void>>();
  lines.on('line', (line) => {
    const answered = answer(line).finally(() => begun.delete(answered));
    begun.add(answered);
  });
  const deadlineMs = settings.current().SHUTDOWN_SECONDS * 1000;
  shutdownOn(['SIGTERM', 'SIGINT'], { settings, close: [finish, database], deadlineMs });
  await once(lines, 'close');
  // There is no more work, or it was told to end.
  await finish();
  await database.close();
  await settings.close();

  /** Takes no more jobs, and does those that were begun. */
  async function finish(): Promise<void> {
    lines.close();
    process.stdin.destroy();
    await Promise.all(begun);
  }

  async function answer(line: string): Promise<void> {
    const job = parse(line);
    const done = await doJob(job, settings, database);
    process.stdout.write(`${JSON.stringify({ id: job.id, ...done })}\n`);
  }
}

const parse = (line: string): Job => {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
};

work().catch(refuseToStart);
