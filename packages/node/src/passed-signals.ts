import type { ChildProcess } from 'node:child_process';
import { isatty } from 'node:tty';

/** Those that ask a program to end. */
const ending: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGBREAK']);
/** Those that a terminal sends to all programs in its foreground, the child among them. */
const typed: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGBREAK']);

/**
 * Passes the signals of this process on to a child, and ends the child with it.
 *
 * @param childOf the child of the moment
 * @param asked called when a signal asks to end
 * @returns a function that ends it
 */
export function passSignalsOn(childOf: () => ChildProcess | undefined, asked: () => void): () => void {
  const passOn = (signal: NodeJS.Signals) => {
    if (ending.has(signal)) asked();
    // A second one would make many programs end at once.
    if (!(typed.has(signal) && onTerminal())) childOf()?.kill(signal);
  };
  const exit = () => void childOf()?.kill('SIGTERM');
  for (const signal of passed) process.on(signal, passOn);
  process.on('exit', exit);
  return () => {
    for (const signal of passed) process.off(signal, passOn);
    process.off('exit', exit);
  };
}

const windows = process.platform === 'win32';
const passed: readonly NodeJS.Signals[] = windows
  ? ['SIGINT', 'SIGBREAK']
  : ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

/** Windows knows no other signals than those of the console. */
const onTerminal = (): boolean => windows || [0, 1, 2].some((descriptor) => isatty(descriptor));
