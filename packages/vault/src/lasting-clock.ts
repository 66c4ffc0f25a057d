import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '@strongroom/core';

/** A clock for timers that outlive the request that is the first to need them: they are not to keep its context alive. */
export const lastingClock = (clock: Clock): Clock => ({
  now: () => clock.now(),
  after: AsyncResource.bind((delayMs: number, callback: () => void) => clock.after(delayMs, callback)),
});
