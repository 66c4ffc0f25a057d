import { constants } from 'node:os';
import {
  type Clock,
  checkOptions,
  checkTimes,
  type Declarations,
  type Logger,
  type Resolver,
  systemClock,
} from '@strongroom/core';
import { listenToSignal } from '../signal-listener.js';
import { warn } from '../warning.js';
import { type Closable, close, nameOf } from './closable.js';

export interface ShutdownOptions {
  /** Closed last. When the application closes them itself, nothing listens to the signals any longer. */
  readonly settings: Pick<Resolver<Declarations>, 'close' | 'events'>;
  /** What is closed before them, one after the other. @default nothing */
  readonly close?: readonly Closable[];
  /** How long everything may take until the process has ended, in milliseconds. @default 10000 */
  readonly deadlineMs?: number;
  /** Told of what goes wrong; without one that is a process warning. */
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

/** How long after a signal the same one is taken for it, in milliseconds: npm passes on what the terminal sent to all. */
const sameWithinMs = 500;

/**
 * Ends the process in good order at a signal: closes what the application has open, in order, then the settings, and
 * lets the process end by itself. Its exit code is then the one that it had, or 0; it is 1 where something could not
 * be closed, or not within the deadline, at which the process is ended. A second signal, or the same again half a second
 * later, ends it at once, with 128 and the signal's number.
 *
 * @returns a signal that is aborted when it begins
 * @throws StrongroomError `DEFINITION_INVALID` for an option that there is not, or a signal that nothing can listen to
 * @example
 * shutdownOn(['SIGTERM', 'SIGINT'], { settings, close: [server, pool] });
 */
export function shutdownOn(signals: readonly NodeJS.Signals[], options: ShutdownOptions): AbortSignal {
  checkOptions('shutdownOn()', options, {
    settings: true,
    close: true,
    deadlineMs: true,
    logger: true,
    clock: true,
  });
  const { settings, close: things = [], deadlineMs = 10_000, logger, clock = systemClock } = options;
  checkTimes({ deadlineMs });
  const begun = new AbortController();
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  const heard = (signal: NodeJS.Signals) => {
    const at = clock.now();
    if (first === undefined) {
      first = { signal, at };
      logger?.info({ signal }, 'shutting down');
      begun.abort();
      void shutDown([...things, settings], { deadlineMs, logger, clock });
    } else if (signal !== first.signal || at - first.at >= sameWithinMs) {
      process.exit(128 + constants.signals[signal]);
    }
  };
  const listening: (() => void)[] = [];
  const end = () => {
    for (const endOne of listening) endOne();
  };
  try {
    for (const signal of signals) listening.push(listenToSignal('shutdownOn()', signal, heard));
  } catch (error) {
    end();
    throw error;
  }
  settings.events.once('closed', () => {
    if (!begun.signal.aborted) end();
  });
  return begun.signal;
}

async function shutDown(
  things: readonly Closable[],
  {
    deadlineMs,
    logger,
    clock,
  }: { readonly deadlineMs: number; readonly logger: Logger | undefined; readonly clock: Clock },
): Promise<void> {
  const code = process.exitCode;
  // Of a process that ends by itself on the way, because nobody waits for anything any more.
  process.exitCode = 1;
  let closing: Closable | undefined;
  clock.after(deadlineMs, () => {
    const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
    const what =
      closing === undefined
        ? `everything is closed, but something keeps the process alive: ${open}`
        : `${nameOf(closing)} is not closed`;
    warn('SHUTDOWN_LATE', `The shutdown took longer than ${deadlineMs / 1000} s: ${what}`, logger);
    // A process warning is written in the next turn.
    setImmediate(() => process.exit());
  });
  let failed = false;
  for (closing of things) {
    try {
      await close(closing);
    } catch (thrown) {
      failed = true;
      warn('SHUTDOWN_INCOMPLETE', `${nameOf(closing)} could not be closed: ${kindOf(thrown)}`, logger);
    }
  }
  closing = undefined;
  process.exitCode = failed ? 1 : (code ?? 0);
  // In a worker of a cluster what its primary might still say keeps it alive, whether or not anybody listens.
  process.channel?.unref();
  logger?.info({}, 'shut down');
}

/** A stranger's message may hold anything. */
function kindOf(thrown: unknown): string {
  const { name, code } = Object(thrown) as { readonly name?: unknown; readonly code?: unknown };
  return [name, code].filter((word) => typeof word === 'string').join(' ') || typeof thrown;
}
