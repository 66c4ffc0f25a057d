import { type Database, frontPage, healthPage, isUser, type PakeResolver, signIn } from 'pake';

/** One line of what the worker is told to do. */
export interface Job {
  readonly id?: unknown;
  readonly job?: unknown;
  readonly user?: unknown;
}

/** PAKE's work. Each job has the settings of the moment at which it was begun. */
export async function doJob({ job, user }: Job, settings: PakeResolver, database: Database): Promise<object> {
  const current = settings.current();
  switch (job) {
    case 'about':
      return { status: 200, body: frontPage(current) };
    case 'health':
      return healthPage(settings);
    case 'database': {
      const up = await database.answers();
      return { status: up ? 200 : 503, body: { database: up ? 'up' : 'down' } };
    }
    case 'login':
      if (!isUser(user))
        return { status: 400, body: { error: 'user: letters, digits and . _ - @, at most 64' } };
      return { status: 200, body: { token: await signIn(user, current) } };
    default:
      return { status: 404, body: { error: 'job: about, health, database or login' } };
  }
}
