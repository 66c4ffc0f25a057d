import {
  type Clock,
  checkOptions,
  checkResolver,
  checkTimes,
  type Declarations,
  type Logger,
  type OptionNames,
  type RefreshReport,
  type Resolver,
  StrongroomError,
  systemClock,
} from '@strongroom/core';
import { holdProcess } from '../hold.js';
import { type SignalBroker, signalChannel } from './signal-broker.js';

/** The numbers of signals, each an option. */
export const signalDefaults = {
  /** Over how long the instances of a fleet spread what a signal makes them do, in milliseconds. */
  spreadMs: 2_000,
  /** How long after a refresh that a signal caused the next one may begin, in milliseconds. */
  quietMs: 5_000,
  /** How long a broker may take to take a signal, in milliseconds. */
  announceDeadlineMs: 5_000,
} as const;

export interface FollowSignalsOptions {
  /**
   * A signal is followed by a refresh after a random part of this time, in milliseconds, so that a fleet does not
   * come at once. @default 2000
   */
  readonly spreadMs?: number;
  /** Signals within this time after a refresh are one, in milliseconds. @default 5000 */
  readonly quietMs?: number;
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

const followOptions: OptionNames<FollowSignalsOptions> = {
  spreadMs: true,
  quietMs: true,
  logger: true,
  clock: true,
};

/**
 * Lets a resolver look again when somebody says so through a broker. Losing a signal, or the whole broker, costs no
 * more than the interval of its refreshes; the resolver is not told anything else. Ends when the resolver is closed.
 *
 * @returns a function that ends it before
 * @throws StrongroomError `DEFINITION_INVALID` for what is no resolver, an option that there is not, or a time that is
 *   none
 * @example
 * const settings = await loadSettings(definition);
 * followSignals(settings, redisBroker(client));
 */
export function followSignals<T extends Declarations>(
  resolver: Resolver<T>,
  broker: SignalBroker,
  options: FollowSignalsOptions = {},
): () => Promise<void> {
  checkResolver('followSignals()', resolver);
  checkOptions('followSignals()', options, followOptions);
  const { spreadMs = signalDefaults.spreadMs, quietMs = signalDefaults.quietMs } = options;
  for (const [name, time] of Object.entries({ spreadMs, quietMs })) {
    if (!(time >= 0 && time < Number.POSITIVE_INFINITY)) {
      throw new StrongroomError('DEFINITION_INVALID', `${name} is no time of 0 ms or more`);
    }
  }
  const { clock = systemClock, logger } = options;
  let callOff: (() => void) | undefined;
  let quietUntil = Number.NEGATIVE_INFINITY;
  let begunAt = Number.NEGATIVE_INFINITY;
  let isDown = false;
  let ended: Promise<void> | undefined;

  // By this clock, for the resolver may have another.
  const refreshed = ({ durationMs }: RefreshReport) => {
    begunAt = clock.now() - durationMs;
  };
  const lookAgain = async (heardAt: number) => {
    // It may say no more than that nothing may be served: what has changed meanwhile is to be seen all the same.
    await resolver.refresh().catch(() => undefined);
    // One that was under way already may have read what was there before the change.
    if (begunAt < heardAt) await resolver.refresh();
  };
  resolver.events.on('refresh', refreshed);

  const stop = broker.listen(signalChannel(resolver.definition.application, resolver.environment), {
    heard() {
      if (callOff !== undefined || ended !== undefined) return;
      const heardAt = clock.now();
      const wait = Math.max(0, quietUntil - heardAt) + Math.random() * spreadMs;
      callOff = clock.after(wait, () => {
        callOff = undefined;
        quietUntil = clock.now() + quietMs;
        // It fails only when the resolver is closed meanwhile.
        lookAgain(heardAt).catch(() => undefined);
      });
    },
    down() {
      if (isDown || ended !== undefined) return;
      isDown = true;
      logger?.warn(
        { broker: broker.name },
        'no signals are heard: settings are looked at by the interval alone',
      );
    },
    up() {
      if (isDown) logger?.info({ broker: broker.name }, 'signals are heard again');
      isDown = false;
    },
  });
  const end = () => {
    ended ??= stop();
    callOff?.();
    resolver.events.off('closed', closed);
    resolver.events.off('refresh', refreshed);
    return ended;
  };
  const closed = () => void end().catch(() => undefined);
  resolver.events.on('closed', closed);
  return end;
}

export interface AnnounceOptions {
  /**
   * How long the broker may take, in milliseconds: a client that is connecting again would wait for it without
   * end. @default 5000
   */
  readonly announceDeadlineMs?: number;
  /** @default the system's time */
  readonly clock?: Clock;
}

/**
 * Says to every instance of an application in an environment that it should look again.
 *
 * @throws StrongroomError `SIGNAL_NOT_SENT` when the broker did not take it, though a client may still send it later;
 *   `DEFINITION_INVALID` for an option that there is not, or a time that is none
 */
export async function announceChange(
  broker: SignalBroker,
  { application, environment }: { readonly application: string; readonly environment: string },
  options: AnnounceOptions = {},
): Promise<void> {
  checkOptions('announceChange()', options, { announceDeadlineMs: true, clock: true });
  const { announceDeadlineMs = signalDefaults.announceDeadlineMs, clock = systemClock } = options;
  checkTimes({ announceDeadlineMs });
  const notSent = (why: string) =>
    new StrongroomError(
      'SIGNAL_NOT_SENT',
      `${broker.name} did not take the signal for ${application} (${environment}): ${why}. ` +
        'The instances look again when their interval is over',
    );
  const letGo = holdProcess();
  let callOff: () => void = () => undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const why = `no answer within ${announceDeadlineMs / 1000} s`;
    callOff = clock.after(announceDeadlineMs, () => reject(notSent(why)));
  });
  const channel = signalChannel(application, environment);
  const announce = async () => broker.announce(channel);
  const taken = announce().catch((thrown: unknown) => {
    // Its class alone: what a client says may quote its address, with a password in it.
    throw notSent(thrown instanceof Error ? thrown.constructor.name : 'its client failed');
  });
  try {
    await Promise.race([taken, tooLate]);
  } finally {
    callOff();
    letGo();
  }
}
