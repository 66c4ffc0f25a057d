import type { ChildProcess, StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import spawn from 'cross-spawn';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import type { Session } from './session.js';

/** How long a command may take to end when it is to be started again, in milliseconds. */
const stopAfterMs = 10_000;

/** What is passed on. Of a terminal the whole group gets the first two already. */
const terminalSignals = ['SIGINT', 'SIGQUIT'] as const;
const otherSignals = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/** A command that is run, and run again when it should be. */
export class ChildRun {
  readonly #session: Session;
  readonly #command: readonly string[];
  readonly #environment: () => Readonly<Record<string, string | undefined>>;
  #child: ChildProcess | undefined;
  /** Whether the child is ended in order to be started again. */
  #restarting = false;

  /** @param environment asked for at each start */
  constructor(
    session: Session,
    command: readonly string[],
    environment: () => Readonly<Record<string, string | undefined>>,
  ) {
    this.#session = session;
    this.#command = command;
    this.#environment = environment;
  }

  /** Runs the command until it ends by itself; that of a signal is 128 and the signal's number. */
  async exitCode(): Promise<number> {
    const { io } = this.#session;
    const silent: readonly string[] = io.stdin.isTTY === true ? terminalSignals : [];
    this.#session.takeSignals([...terminalSignals, ...otherSignals], (signal) => {
      if (!silent.includes(signal)) this.#child?.kill(signal);
    });
    for (;;) {
      this.#restarting = false;
      const { code, signal } = await this.#once();
      if (this.#restarting) continue;
      return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    }
  }

  /** Ends the command, and starts it again with the environment as it is then. */
  restart(): void {
    if (this.#child === undefined || this.#restarting) return;
    this.#restarting = true;
    const child = this.#child;
    child.kill('SIGTERM');
    const callOff = this.#session.io.clock.after(stopAfterMs, () => child.kill('SIGKILL'));
    child.once('exit', callOff);
  }

  #once(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    const { io } = this.#session;
    const [file = '', ...args] = this.#command;
    const streams = [io.stdin, io.stdout, io.stderr];
    const stdio: StdioOptions = streams.map((stream) => (hasDescriptor(stream) ? stream : 'pipe'));
    const child = spawn(file, args, { cwd: io.cwd, env: this.#environment(), stdio });
    this.#child = child;
    // What is no file of the system is handed over by hand.
    if (child.stdin !== null) io.stdin.pipe(child.stdin);
    child.stdin?.on('error', () => undefined);
    child.stdout?.pipe(io.stdout, { end: false });
    child.stderr?.pipe(io.stderr, { end: false });
    return new Promise((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(file, error)));
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }
}

const hasDescriptor = (stream: Readable | Writable): boolean =>
  'fd' in stream && typeof stream.fd === 'number';

function notStarted(file: string, { code }: NodeJS.ErrnoException): CommandError {
  if (code === 'ENOENT') {
    return new CommandError(exitCodes.notFound, `There is no command ${file}`, {
      remedy: 'Check its name, and that its folder is on PATH.',
    });
  }
  return new CommandError(exitCodes.notExecutable, `${file} cannot be run (${code})`, {
    remedy: 'Check that it is a program, and that it may be executed.',
  });
}
