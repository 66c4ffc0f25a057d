import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { remember } from './leak-check.js';
import { afterwards } from './project.js';

/** What is installed as `strongroom`. */
export const bin = fileURLToPath(new URL('../../bin/strongroom.js', import.meta.url));

/** Whether there is `script`, which gives a command a terminal, in the form of util-linux. */
export const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

export interface BinCall {
  readonly child: ChildProcess;
  /** All that it has printed so far; of a terminal both streams are one. */
  printed(): { readonly stdout: string; readonly stderr: string };
  /** Settles when a text was printed. */
  saw(text: string | RegExp): Promise<void>;
  /** Settles with what it ended with. */
  readonly ended: Promise<number | null>;
}

/** Calls what is installed, in a process of its own, between pipes. */
export const callBin = (argv: readonly string[], options: BinOptions): BinCall =>
  begin(process.execPath, [bin, ...argv], argv, options);

/** The same in a terminal of its own; what is written to its input is typed. */
export const callInTerminal = (argv: readonly string[], options: BinOptions): BinCall =>
  begin(
    'script',
    ['-qec', ['exec', ...[process.execPath, bin, ...argv].map(quoted)].join(' '), '/dev/null'],
    argv,
    options,
  );

interface BinOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A file that standard output goes to, instead of being kept. */
  readonly stdout?: string;
}

function begin(
  file: string,
  args: readonly string[],
  argv: readonly string[],
  { cwd, env = {}, stdout }: BinOptions,
): BinCall {
  const output = stdout === undefined ? 'pipe' : openSync(stdout, 'w');
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env['PATH'], TERM: 'xterm', STRONGROOM_DEBUG: '1', ...env },
    stdio: ['pipe', output, 'pipe'],
  });
  if (typeof output === 'number') closeSync(output);
  const watchers = new Set<() => void>();
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      for (const look of watchers) look();
    });
  }
  const ended = once(child, 'close').then(([code]: (number | null)[]) => {
    remember({ argv, ...texts, reveals: argv.includes('--reveal') });
    return code ?? null;
  });
  afterwards(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    printed: () => ({ ...texts }),
    ended,
    saw: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const all = texts.stdout + texts.stderr;
          if (typeof text === 'string' ? !all.includes(text) : !text.test(all)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`it ended without printing ${text}`)));
      }),
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
