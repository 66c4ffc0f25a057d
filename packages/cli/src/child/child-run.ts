import type { ChildProcess, StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { EnvironmentVariables } from '@strongroom/core';
import spawn from 'cross-spawn';
import { CommandError } from '../command-error.js';
import { exitCodes } from '../exit-code.js';
import type { Session } from '../session.js';

/** How long a command may take to end when it is to be started again, in milliseconds. */
const stopAfterMs = 10_000;

/** What is passed on. Of a terminal the whole group gets the first two already. */
const terminalSignals = ['SIGINT', 'SIGQUIT'] as const;
const otherSignals = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** Those that ask a program to end; at SIGHUP many only look at their configuration again. */
const endingSignals: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGTERM']);

/** A command that is run, and run again when it should be. */
export class ChildRun {
  readonly #session: Session;
  readonly #command: readonly string[];
  readonly #environment: () => Promise<EnvironmentVariables>;
  #child: ChildProcess | undefined;
  /** Whether the child is to end, and whether another one follows it. */
  #told: 'restart' | 'end' | undefined;
  /** The signals that came while no child was there. */
  readonly #kept = new Set<NodeJS.Signals>();

  /** @param environment asked for at each start */
  constructor(
    session: Session,
    command: readonly string[],
    environment: () => Promise<EnvironmentVariables>,
  ) {
    this.#session = session;
    this.#command = command;
    this.#environment = environment;
  }

  /** Runs the command until it ends by itself; that of a signal is 128 and the signal's number. */
  async exitCode(): Promise<number> {
    this.#session.takeSignals([...terminalSignals, ...otherSignals], (signal) => this.#pass(signal));
    for (let ended: number | undefined; ; ) {
      const environment = await this.#environment();
      // Who asks to end meanwhile is not answered by a start.
      if (ended !== undefined && this.#told === 'end') return ended;
      ended = await this.#once(environment);
      if (this.#told !== 'restart') return ended;
    }
  }

  /**
   * Ends the command, and starts it again with the environment as it is then.
   *
   * @returns false where that is under way already, or the command was asked to end
   */
  restart(): boolean {
    const child = this.#child;
    if (child === undefined || this.#told !== undefined) return false;
    this.#told = 'restart';
    child.kill('SIGTERM');
    const callOff = this.#session.io.clock.after(stopAfterMs, () => child.kill('SIGKILL'));
    child.once('exit', callOff);
    return true;
  }

  #pass(signal: NodeJS.Signals): void {
    if (endingSignals.has(signal)) this.#told = 'end';
    if (this.#child === undefined) this.#kept.add(signal);
    else if (!this.#comesFromTerminal(signal)) this.#child.kill(signal);
  }

  /** Whether a child that is there has got the signal as well. */
  #comesFromTerminal(signal: NodeJS.Signals): boolean {
    const silent: readonly string[] = this.#session.io.stdin.isTTY === true ? terminalSignals : [];
    return silent.includes(signal);
  }

  #once(env: EnvironmentVariables): Promise<number> {
    const { io } = this.#session;
    const [file = '', ...args] = this.#command;
    const streams = [io.stdin, io.stdout, io.stderr];
    const stdio: StdioOptions = streams.map((stream) => (hasDescriptor(stream) ? stream : 'pipe'));
    const child = started(file, () => spawn(file, args, { cwd: io.cwd, env, stdio }));
    this.#child = child;
    if (this.#told === 'restart') this.#told = undefined;
    for (const signal of this.#kept) child.kill(signal);
    this.#kept.clear();
    // What is no file of the system is handed over by hand.
    if (child.stdin !== null) io.stdin.pipe(child.stdin);
    child.stdin?.on('error', () => undefined);
    child.stdout?.pipe(io.stdout, { end: false });
    child.stderr?.pipe(io.stderr, { end: false });
    return new Promise((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        // Later it only says that a signal could not be sent.
        if (child.pid === undefined) reject(notStarted(file, error));
      });
      child.once('exit', () => {
        this.#child = undefined;
      });
      child.once('close', (code, signal) =>
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
    });
  }
}

const hasDescriptor = (stream: Readable | Writable): boolean =>
  'fd' in stream && typeof stream.fd === 'number';

/** Some of what keeps a command from starting is thrown, with all of its arguments in the error. */
function started(file: string, spawned: () => ChildProcess): ChildProcess {
  try {
    return spawned();
  } catch (error) {
    throw notStarted(file, error as NodeJS.ErrnoException);
  }
}

function notStarted(file: string, { code }: NodeJS.ErrnoException): CommandError {
  if (code === 'ENOENT') {
    return new CommandError(exitCodes.notFound, `There is no command ${file}`, {
      remedy: 'Check its name, and that its folder is on PATH.',
    });
  }
  return new CommandError(exitCodes.notExecutable, `${file} cannot be run (${code})`, {
    remedy:
      code === 'E2BIG'
        ? 'Its arguments and variables are too large for this system: give it fewer settings with --only.'
        : 'Check that it is a program, and that it may be executed.',
  });
}
