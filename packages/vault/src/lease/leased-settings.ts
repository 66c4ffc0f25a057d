import {
  type Absent,
  type Lookup,
  type LookupContext,
  nearMiss,
  type Setting,
  type SourceEvent,
} from '@strongroom/core';
import { SingleFlight } from '../single-flight.js';
import { answerFailure } from '../source/lookup-failure.js';
import type { LookupRound } from '../source/outage.js';
import { calledOff } from '../transport/exchange-failure.js';
import { VaultError } from '../vault-error.js';
import type { Lease } from './lease.js';
import type { LeaseQuestion } from './lease-requests.js';
import type { Leases } from './leases.js';

/** Settings that come from one lease, and the key of each. */
interface Batch {
  readonly question: LeaseQuestion;
  readonly settings: { readonly name: string; readonly key: string }[];
}

/** The leased settings of one source: what was leased is kept, and told anew whenever it is asked for. */
export class LeasedSettings {
  readonly #leases: Leases;
  readonly #namespace: string | undefined;
  readonly #now: () => number;
  readonly #held = new Map<string, Lease>();
  readonly #flights = new SingleFlight<Lease | undefined>();
  readonly #replacements = new SingleFlight<Lease>();
  /** Those whose failures a lookup is told by itself. */
  readonly #replacing = new Set<Lease>();
  readonly #listeners = new Set<(event: SourceEvent) => void>();
  #closed = false;

  constructor(leases: Leases, namespace: string | undefined, now: () => number) {
    this.#leases = leases;
    this.#namespace = namespace;
    this.#now = now;
  }

  /** Answers for the settings that are leased, and for no others. */
  async lookup(
    settings: readonly Setting[],
    context: LookupContext,
    round: LookupRound,
    answers: Map<string, Lookup>,
  ): Promise<void> {
    const batches = batch(settings, context);
    const begun = this.#now();
    await Promise.all(
      Array.from(batches, async ([id, { question, settings: inside }]) => {
        try {
          const obtain = () => this.#obtain(id, { question, settings: inside }, context.signal);
          const held = this.#held.get(id);
          const lease = held ?? (await round.ask(obtain));
          if (held !== undefined && this.#hasEnded(held)) {
            await round.ask(() => this.#replace(id, held, context.signal));
          }
          for (const { name, key } of inside) answers.set(name, this.#answer(question.path, lease, key));
        } catch (error) {
          if (context.signal.aborted) throw error;
          answerFailure(inside, error, answers, begun);
        }
      }),
    );
  }

  onEvent(listener: (event: SourceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the leases. */
  async close(): Promise<void> {
    this.#closed = true;
    const held = [...this.#held.values()];
    this.#held.clear();
    await this.#leases.end(held);
  }

  #obtain(id: string, { question, settings }: Batch, signal: AbortSignal): Promise<Lease | undefined> {
    const names = settings.map(({ name }) => name);
    const changed = () => {
      for (const listener of [...this.#listeners]) listener({ type: 'changed', settings: names });
    };
    // A pair that has ended is no longer good: the resolver is to know, though it has nothing better.
    const failed = (_error: unknown, lease: Lease) => {
      if (this.#hasEnded(lease) && !this.#replacing.has(lease)) changed();
    };
    const begin = async (until: Parameters<Leases['obtain']>[2]): Promise<Lease | undefined> => {
      const lease = await this.#leases.obtain(question, { onReplaced: changed, onFailed: failed }, until);
      if (lease !== undefined && this.#closed) await this.#leases.end([lease]);
      else if (lease !== undefined) this.#held.set(id, lease);
      return lease;
    };
    const aborted = () => calledOff(signal.reason, this.#leases.address, question.path);
    return this.#flights.wait(id, begin, signal, aborted);
  }

  /** What has ended waits no longer for its own next attempt, which may be minutes away, than other settings do. */
  #replace(id: string, lease: Lease, signal: AbortSignal): Promise<Lease> {
    const begin = async (): Promise<Lease> => {
      this.#replacing.add(lease);
      try {
        await lease.replace();
        return lease;
      } finally {
        this.#replacing.delete(lease);
      }
    };
    const aborted = () => calledOff(signal.reason, this.#leases.address, lease.path);
    return this.#replacements.wait(id, begin, signal, aborted);
  }

  #hasEnded(lease: Lease): boolean {
    return lease.expiresAt <= this.#now();
  }

  #answer(path: string, lease: Lease | undefined, key: string): Lookup {
    const locator = `${this.#namespace === undefined ? '' : `${this.#namespace}/`}${path}#${key}`;
    if (lease === undefined) {
      const hint = () => 'Check the path: the mount, and the name of the role.';
      return { status: 'absent', reason: 'no-such-path', locator, hint };
    }
    if (this.#hasEnded(lease)) {
      return { status: 'failed', error: lease.failure ?? ended(this.#leases.address, path) };
    }
    const { data, readAt } = lease;
    if (!(key in data)) return absentKey(path, key, locator, Object.keys(data));
    return { status: 'found', value: data[key], locator, readAt };
  }
}

/** The leases that these settings need, each once. */
function batch(
  settings: readonly Setting[],
  { application, environment }: LookupContext,
): ReadonlyMap<string, Batch> {
  const batches = new Map<string, Batch>();
  for (const { name, lease } of settings) {
    if (lease === undefined) continue;
    const { key, parameters } = lease;
    const path = lease.path.replace(/\{(application|environment)\}/g, (_, what: string) =>
      what === 'application' ? application : environment,
    );
    const id = JSON.stringify([path, Object.entries(parameters ?? {}).sort(byName)]);
    const inside = batches.get(id) ?? { question: { path, parameters }, settings: [] };
    batches.set(id, inside);
    inside.settings.push({ name, key });
  }
  return batches;
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function absentKey(path: string, key: string, locator: string, keys: readonly string[]): Absent {
  const meant = nearMiss(key, keys);
  const hint = () =>
    meant === undefined
      ? `${path} gives the keys ${keys.join(', ')}.`
      : `${path} gives the key "${meant}": was it meant to be "${key}"?`;
  return { status: 'absent', reason: 'no-such-key', locator, hint };
}

const ended = (address: string, path: string): VaultError =>
  new VaultError('SOURCE_UNAVAILABLE', `the lease of ${path} ended before it could be replaced`, {
    address,
    path: `/v1/${path}`,
  });
