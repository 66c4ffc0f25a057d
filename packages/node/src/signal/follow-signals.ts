import { type Clock, type Declarations, type Logger, type Resolver, systemClock } from '@strongroom/core';
import { type SignalBroker, signalChannel } from './signal-broker.js';

/** The numbers of signals, each an option. */
export const signalDefaults = {
  /** Over how long the instances of a fleet spread what a signal makes them do, in milliseconds. */
  spreadMs: 2_000,
  /** How long after a refresh that a signal caused the next one may begin, in milliseconds. */
  quietMs: 5_000,
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

/**
 * Lets a resolver look again when somebody says so through a broker. Losing a signal, or the whole broker, costs no
 * more than the interval of its refreshes; the resolver is not told anything else. Ends when the resolver is closed.
 *
 * @returns a function that ends it before
 * @example
 * const settings = await loadSettings(definition);
 * followSignals(settings, redisBroker(client));
 */
export function followSignals<T extends Declarations>(
  resolver: Resolver<T>,
  broker: SignalBroker,
  options: FollowSignalsOptions = {},
): () => Promise<void> {
  const { spreadMs = signalDefaults.spreadMs, quietMs = signalDefaults.quietMs } = options;
  const { clock = systemClock, logger } = options;
  let callOff: (() => void) | undefined;
  let quietUntil = Number.NEGATIVE_INFINITY;
  let isDown = false;
  let ended: Promise<void> | undefined;

  const stop = broker.listen(signalChannel(resolver.definition.application, resolver.environment), {
    heard() {
      if (callOff !== undefined || ended !== undefined) return;
      const wait = Math.max(0, quietUntil - clock.now()) + Math.random() * spreadMs;
      callOff = clock.after(wait, () => {
        callOff = undefined;
        quietUntil = clock.now() + quietMs;
        // It fails only when the resolver is closed meanwhile.
        resolver.refresh().catch(() => undefined);
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
    return ended;
  };
  const closed = () => void end().catch(() => undefined);
  resolver.events.on('closed', closed);
  return end;
}

/**
 * Says to every instance of an application in an environment that it should look again.
 *
 * @throws whatever the broker's client throws when the broker cannot be reached
 */
export function announceChange(
  broker: SignalBroker,
  { application, environment }: { readonly application: string; readonly environment: string },
): Promise<void> {
  return broker.announce(signalChannel(application, environment));
}
