import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import {
  checkOptions,
  checkTimes,
  type Declarations,
  type Resolver,
  type SettingChange,
  StrongroomError,
  systemClock,
} from '@strongroom/core';
import {
  type ChildEnvironmentOptions,
  childEnvironment,
  childEnvironmentOptions,
} from './child-environment.js';
import { passSignalsOn } from './passed-signals.js';
import type { RunOptions, RunResult } from './run-options.js';

/** The environment of a command that somebody else runs; see `LoadedSettings.childEnvironment`. */
export function environmentForChild<T extends Declarations>(
  resolver: Resolver<T>,
  options: ChildEnvironmentOptions<keyof T & string>,
): Record<string, string> {
  checkOptions('childEnvironment()', options, childEnvironmentOptions);
  return childEnvironment('childEnvironment()', resolver, options);
}

/** Runs a command with settings in its environment until it ends by itself; see `LoadedSettings.run`. */
export async function runCommand<T extends Declarations>(
  resolver: Resolver<T>,
  command: string,
  args: readonly string[],
  options: RunOptions<keyof T & string>,
): Promise<RunResult> {
  checkOptions('run()', options, {
    ...childEnvironmentOptions,
    cwd: true,
    stdio: true,
    restartOn: true,
    stopDeadlineMs: true,
    signal: true,
    onStart: true,
  });
  const { cwd, stdio = 'inherit', restartOn, stopDeadlineMs = 10_000, signal, onStart } = options;
  checkTimes({ stopDeadlineMs });
  signal?.throwIfAborted();
  const given: ReadonlySet<string> = new Set(options.only ?? Object.keys(resolver.definition.settings));
  let child: ChildProcess | undefined;
  /** Whether the child was told to end, and another is to follow it. */
  let told: 'restart' | 'end' | undefined;

  const stop = (why: 'restart' | 'end') => {
    told = why;
    const stopping = child;
    stopping?.kill('SIGTERM');
    const callOff = systemClock.after(stopDeadlineMs, () => void stopping?.kill('SIGKILL'));
    stopping?.once('exit', callOff);
  };
  const changed = (changes: readonly SettingChange[]) => {
    if (told === undefined && changes.some(({ name }) => given.has(name))) stop('restart');
  };
  const aborted = () => stop('end');
  const endPassing = passSignalsOn({
    asked() {
      told = 'end';
    },
    kill: (name) => void child?.kill(name),
  });
  if (restartOn === 'change') resolver.events.on('change', changed);
  signal?.addEventListener('abort', aborted);
  try {
    for (;;) {
      const env = childEnvironment('run()', resolver, options);
      const started = start(command, () => spawn(command, args, { env, stdio, ...(cwd && { cwd }) }));
      child = started;
      started.once('spawn', () => onStart?.(started));
      const result = await endOf(started, command);
      signal?.throwIfAborted();
      if (told !== 'restart') return result;
      told = undefined;
    }
  } finally {
    endPassing();
    resolver.events.off('change', changed);
    signal?.removeEventListener('abort', aborted);
  }
}

function start(command: string, spawned: () => ChildProcess): ChildProcess {
  try {
    return spawned();
  } catch (thrown) {
    throw notStarted(command, thrown);
  }
}

function endOf(child: ChildProcess, command: string): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      // Later it only says that a signal could not be sent.
      if (child.pid === undefined) reject(notStarted(command, error));
    });
    child.once('exit', (code, signal) =>
      resolve(
        signal === null
          ? { exitCode: code ?? 1, signal: undefined }
          : { exitCode: 128 + constants.signals[signal], signal },
      ),
    );
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such command, or no such folder to start it in',
  EACCES: 'it may not be executed',
  E2BIG: 'its arguments and variables are too large for this system',
  ERR_INVALID_ARG_VALUE: 'an argument or a variable cannot be given to a program',
};

/** Node's own error holds all arguments, and may quote a variable: no more than its code goes on. */
function notStarted(command: string, thrown: unknown): StrongroomError {
  const { code = 'unknown' } = thrown as NodeJS.ErrnoException;
  const cause = Object.assign(new Error(`spawn failed: ${code}`), { code });
  const why = reasons[code] ?? `the system says ${code}`;
  return new StrongroomError(
    'COMMAND_NOT_STARTED',
    `${JSON.stringify(command)} could not be started: ${why}`,
    {
      cause,
    },
  );
}
