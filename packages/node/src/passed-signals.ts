import { isatty } from 'node:tty';

/** Those that ask a program to end. */
const ending: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGBREAK']);
/** Those that a terminal sends to all programs in its foreground, the child among them. */
const typed: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGBREAK']);

/** A child that is under way. */
export interface SignalReceiver {
  /** A signal asks to end. */
  asked(): void;
  kill(signal: NodeJS.Signals): void;
}

/** Any number of children may run: each signal is listened to once. */
const receivers = new Set<SignalReceiver>();

/**
 * Passes the signals of this process on to a child, and ends the child with it.
 *
 * @returns a function that ends it
 */
export function passSignalsOn(receiver: SignalReceiver): () => void {
  if (receivers.size === 0) {
    for (const signal of passed) process.on(signal, passOn);
    process.on('exit', exit);
  }
  receivers.add(receiver);
  return () => {
    if (!receivers.delete(receiver) || receivers.size > 0) return;
    for (const signal of passed) process.off(signal, passOn);
    process.off('exit', exit);
  };
}

function passOn(signal: NodeJS.Signals): void {
  // A second one would make many programs end at once.
  const reachesThem = typed.has(signal) && onTerminal();
  for (const receiver of receivers) {
    if (ending.has(signal)) receiver.asked();
    if (!reachesThem) receiver.kill(signal);
  }
}

function exit(): void {
  for (const receiver of receivers) receiver.kill('SIGTERM');
}

const windows = process.platform === 'win32';
const passed: readonly NodeJS.Signals[] = windows
  ? ['SIGINT', 'SIGBREAK']
  : ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

/** Windows knows no other signals than those of the console. */
const onTerminal = (): boolean => windows || [0, 1, 2].some((descriptor) => isatty(descriptor));
