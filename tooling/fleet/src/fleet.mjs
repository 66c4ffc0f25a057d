// Instances do not know of each other, so each is lived by itself, and what it asks of Vault is counted by the second.
import { resolverDefaults } from '@strongroom/core';
import { signalDefaults } from '@strongroom/node/signals';
import { placementDefaults } from '@strongroom/vault';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The numbers that the library goes by. */
const { refreshEveryMs, refreshJitter, refreshRetryMs } = resolverDefaults;
const { fullLookEveryMs } = placementDefaults;
const { spreadMs } = signalDefaults;

/** Drawn from a seed (Mulberry32), so that a table is printed the same each time. */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Requests by the second, over some time. */
export class Load {
  #seconds;

  constructor(lastsMs) {
    this.#seconds = new Float64Array(Math.ceil(lastsMs / 1000));
  }

  add(atMs, requests) {
    const second = Math.floor(atMs / 1000);
    if (second >= 0 && second < this.#seconds.length) this.#seconds[second] += requests;
  }

  /** The mean and the greatest number of requests a second between two moments. */
  between(fromMs, untilMs) {
    const seconds = this.#seconds.subarray(Math.floor(fromMs / 1000), Math.ceil(untilMs / 1000));
    let sum = 0;
    let peak = 0;
    for (const requests of seconds) {
      sum += requests;
      if (requests > peak) peak = requests;
    }
    return { mean: sum / seconds.length, peak };
  }
}

/** How long after a good refresh the next one begins, as the library draws it. */
export const nextPoll = (random, everyMs = refreshEveryMs, jitter = refreshJitter) =>
  everyMs * (1 + (random() * 2 - 1) * jitter);

/** How long after a refresh that failed the next one begins, as the library draws it. */
export function nextRetry(random, failed) {
  const retryMs = refreshRetryMs * 2 ** (failed - 1);
  return retryMs < refreshEveryMs ? retryMs * (1 + random()) * 0.5 : nextPoll(random);
}

/** A fleet whose instances started at some time within a minute, as a roll-out does it. */
const anyTime = (random) => random() * minuteMs;

/** An hour of polling, each poll a read of the metadata of each path. */
export function polling(instances, paths, random) {
  const load = new Load(2 * hourMs);
  for (let instance = 0; instance < instances; instance += 1) {
    for (let at = anyTime(random); at < 2 * hourMs; at += nextPoll(random)) load.add(at, paths);
  }
  return load;
}

/** The same with the version marker: one read a poll, and a look at every path now and then, and when it was bumped. */
export function marked(instances, paths, random, bumpedAt = Number.POSITIVE_INFINITY) {
  const load = new Load(2 * hourMs);
  for (let instance = 0; instance < instances; instance += 1) {
    let fullLook = -random() * fullLookEveryMs;
    let seen = 0;
    for (let at = anyTime(random); at < 2 * hourMs; at += nextPoll(random)) {
      load.add(at, 1);
      const bumped = seen < bumpedAt && at >= bumpedAt;
      seen = at;
      if (at < fullLook && !bumped) continue;
      // What was rotated is read too.
      load.add(at, bumped ? paths + 1 : paths);
      // Sooner, by up to a fifth, as the library draws it.
      fullLook = at + fullLookEveryMs * (1 - random() / 5);
    }
  }
  return load;
}

/** Polling every quarter of an hour, and a signal each hour that one secret was rotated. */
export function signalled(instances, paths, random, spread = spreadMs) {
  const everyMs = 15 * minuteMs;
  const load = new Load(2 * hourMs);
  for (let instance = 0; instance < instances; instance += 1) {
    let at = random() * everyMs;
    for (const signalAt of [hourMs / 2, 1.5 * hourMs]) {
      const lookAt = signalAt + random() * spread;
      for (; at < lookAt; at += nextPoll(random, everyMs)) load.add(at, paths);
      load.add(lookAt, paths + 1);
      // A refresh begins the interval anew, whoever asked for it.
      at = lookAt + nextPoll(random, everyMs);
    }
    for (; at < 2 * hourMs; at += nextPoll(random, everyMs)) load.add(at, paths);
  }
  return load;
}

/** All start at once: every path is read, and an hour of polling follows. */
export function coldStart(instances, paths, random, spread = 0, jitter = refreshJitter) {
  const load = new Load(2 * hourMs);
  for (let instance = 0; instance < instances; instance += 1) {
    let at = random() * spread;
    load.add(at, paths);
    const wait = () => nextPoll(random, refreshEveryMs, jitter);
    for (at += wait(); at < 2 * hourMs; at += wait()) load.add(at, paths);
  }
  return load;
}

/** Vault is away for ten minutes: one probe for each try, and every path when it answers again. */
export function outage(instances, paths, random) {
  const [from, until] = [10 * minuteMs, 20 * minuteMs];
  const load = new Load(2 * hourMs);
  for (let instance = 0; instance < instances; instance += 1) {
    let failed = 0;
    let at = anyTime(random);
    while (at < 2 * hourMs) {
      const away = at >= from && at < until;
      load.add(at, away ? 1 : paths);
      failed = away ? failed + 1 : 0;
      at += away ? nextRetry(random, failed) : nextPoll(random);
    }
  }
  return load;
}
