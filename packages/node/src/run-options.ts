import type { ChildProcess, StdioOptions } from 'node:child_process';
import type { ChildEnvironmentOptions } from './child-environment.js';

export interface RunOptions<N extends string = string> extends ChildEnvironmentOptions<N> {
  /** The folder that it starts in. @default that of this process */
  readonly cwd?: string | URL;
  /** As of `child_process.spawn`. @default 'inherit' */
  readonly stdio?: StdioOptions;
  /**
   * `change`: when a setting that the child was given changes, it is told to end (SIGTERM), and started again with
   * the new ones. @default it goes on with those that it was started with
   */
  readonly restartOn?: 'change';
  /**
   * How long the child may take to end when it is told to, before it is killed, in milliseconds: for a restart, or
   * because `signal` was aborted. @default 10000
   */
  readonly stopDeadlineMs?: number;
  /** Ends the child when it is aborted. */
  readonly signal?: AbortSignal;
  /** Given the child when it has started, and again after each restart: for its streams. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** How a command ended. */
export interface RunResult {
  /** Its own; where a signal ended it, 128 and the number of the signal, as shells say. */
  readonly exitCode: number;
  /** The signal that ended it. */
  readonly signal: NodeJS.Signals | undefined;
}
