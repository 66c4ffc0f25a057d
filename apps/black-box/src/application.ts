import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What PAKE can be asked, over HTTP or by a line of standard input. */
export type Task = 'about' | 'health' | 'database' | 'login';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A PAKE application that runs. */
export interface Running extends AsyncDisposable {
  ask(task: Task): Promise<Answer>;
  /** Has it look for new values, as `kill -HUP` does. */
  refresh(): void;
  /** Tells it to end, as an operator or an orchestrator does. */
  terminate(): void;
  /** How it ended: it has ended by itself when its code is not null. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** All that it printed so far. */
  readonly printed: string;
}

export interface Application {
  readonly name: string;
  /** @throws Error with what it printed, when it ends before it can be asked */
  start(variables: Readonly<Record<string, string>>): Promise<Running>;
}

/** Starts a program with these variables and no others, and collects what it prints. */
function launch(entry: string, variables: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve(entry))], {
    env: { PORT: '0', ...variables },
    stdio: 'pipe',
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  }
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  // Where it has ended before, that is what to say.
  const early = ended.then(() => {
    throw new Error(`${entry} ended before it could be asked:\n${printed.join('')}`);
  });
  early.catch(() => {});
  return { child, printed, ended, early };
}

function running(
  { child, printed, ended }: Pick<ReturnType<typeof launch>, 'child' | 'printed' | 'ended'>,
  ask: Running['ask'],
): Running {
  return {
    ask,
    refresh: () => void child.kill('SIGHUP'),
    terminate: () => void child.kill('SIGTERM'),
    ended,
    get printed() {
      return printed.join('');
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const paths = { about: '/', health: '/health', database: '/database', login: '/login' };

const served = (name: string, entry: string): Application => ({
  name,
  async start(variables) {
    const launched = launch(entry, variables);
    const address = await Promise.race([firstMatch(launched.child, /listens at (\S+)\n/), launched.early]);
    return running(launched, async (task) => {
      const response = await fetch(`${address}${paths[task]}`, {
        ...(task === 'login' ? { method: 'POST', body: '{"user": "ada"}' } : {}),
        headers: { 'content-type': 'application/json' },
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    });
  },
});

const worker: Application = {
  name: 'the worker',
  async start(variables) {
    const launched = launch('pake-worker/work', variables);
    const { child, early } = launched;
    const waiting = new Map<number, (answer: Answer) => void>();
    let last = 0;
    let rest = '';
    child.stdout.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { id, ...answer } = JSON.parse(line);
        waiting.get(id)?.(answer);
        waiting.delete(id);
      }
    });
    const ask = (job: Task) =>
      Promise.race([
        new Promise<Answer>((resolve) => {
          waiting.set(++last, resolve);
          child.stdin.write(`${JSON.stringify({ id: last, job, user: 'ada' })}\n`);
        }),
        early,
      ]);
    // It says nothing when it has started: it answers.
    await ask('about');
    return running(launched, ask);
  },
};

function firstMatch({ stdout }: ReturnType<typeof launch>['child'], pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stdout.on('data', (chunk: string) => {
      text += chunk;
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}

export const applications: readonly Application[] = [
  served('the Express application', 'pake-express-api/main'),
  served('the Fastify server', 'pake-fastify-api/main'),
  worker,
];
