import { CommandError } from '../command-error.js';
import { exitCodes } from '../exit-code.js';
import type { Io } from './io.js';

/** Whether there is somebody to ask. */
export const canAsk = ({ stdin, stderr }: Io): boolean => stdin.isTTY === true && stderr.isTTY === true;

/**
 * Asks a person yes or no.
 *
 * @param flag what says yes without being asked
 * @throws CommandError when there is nobody to ask
 */
export async function confirmed(
  io: Io,
  message: string,
  flag: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!canAsk(io)) throw nobody(flag);
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message, initialValue: false, ...streams(io, signal) });
  if (isCancel(answer)) throw declined();
  return answer;
}

/** Asks a person to choose. */
export async function chosen<T extends string>(
  io: Io,
  message: string,
  options: readonly { readonly value: T; readonly label: string }[],
  flag: string,
  signal: AbortSignal,
): Promise<T> {
  if (!canAsk(io)) throw nobody(flag);
  const { select, isCancel } = await import('@clack/prompts');
  const answer = await select<string>({ message, options: [...options], ...streams(io, signal) });
  if (isCancel(answer)) throw declined();
  return answer as T;
}

/** Asks a person for a secret; nothing of it is shown, not even how long it is. */
export async function secretFrom(
  io: Io,
  message: string,
  flag: string,
  signal: AbortSignal,
): Promise<string> {
  if (!canAsk(io)) throw nobody(flag);
  const { password, isCancel } = await import('@clack/prompts');
  const answer = await password({ message, mask: '', ...streams(io, signal) });
  if (isCancel(answer)) throw declined();
  return answer;
}

const streams = ({ stdin, stderr }: Io, signal: AbortSignal) => ({ input: stdin, output: stderr, signal });

/** What a question that was answered with no ends with. */
export const declined = (): CommandError => new CommandError(exitCodes.interrupted, 'Nothing was changed.');

const nobody = (flag: string): CommandError =>
  new CommandError(exitCodes.usage, 'There is a question, and no terminal to ask it', {
    remedy: `Answer it with ${flag}.`,
  });
