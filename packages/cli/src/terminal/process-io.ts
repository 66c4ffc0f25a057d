import { systemClock } from '@strongroom/core';
import type { Io } from './io.js';

/** The process itself. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    // A terminal that nobody has told its size, as in a container, has none: text would be wrapped at each letter.
    if (stream.isTTY && stream.columns === 0) stream.columns = 80;
  }
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    get cwd() {
      return process.cwd();
    },
    clock: systemClock,
    onSignal(signal, listener) {
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
  };
}
