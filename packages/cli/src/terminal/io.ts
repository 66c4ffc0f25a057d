import type { Readable, Writable } from 'node:stream';
import type { Clock, EnvironmentVariables } from '@strongroom/core';

/** Where text goes; a terminal says so, and how wide it is. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** All that the command sees of the process it runs in. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** The environment variables; copied, never written. */
  readonly env: EnvironmentVariables;
  /** The folder that relative paths are seen from. */
  readonly cwd: string;
  readonly clock: Clock;
  /**
   * Calls a listener at every signal of this name that the process gets, which then does nothing else.
   *
   * @returns a function that calls it off
   */
  onSignal(signal: NodeJS.Signals, listener: () => void): () => void;
}
