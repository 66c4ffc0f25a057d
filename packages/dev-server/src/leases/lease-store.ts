import type { Storage } from '../state/storage.js';
import { LEASES, type LeaseRecord } from './lease-record.js';

/** All leases that have an end. */
export class LeaseStore {
  readonly #leases: Map<string, LeaseRecord>;
  /** No lease ends before this; saves looking at all of them at each request. */
  #quietUntil = 0;

  constructor(storage: Storage) {
    this.#leases = storage.records(LEASES);
  }

  get(id: string): LeaseRecord | undefined {
    return this.#leases.get(id);
  }

  put(lease: LeaseRecord): void {
    this.#leases.set(lease.id, lease);
    this.#quietUntil = Math.min(this.#quietUntil, lease.expireTime);
  }

  /** Gives a lease a new end. */
  extend(lease: LeaseRecord, ttl: number, now: number): void {
    lease.ttl = ttl;
    lease.lastRenewal = now;
    lease.expireTime = now + ttl * 1000;
    this.#quietUntil = Math.min(this.#quietUntil, lease.expireTime);
  }

  remove(id: string): void {
    this.#leases.delete(id);
  }

  ids(): IterableIterator<string> {
    return this.#leases.keys();
  }

  withPrefix(prefix: string): LeaseRecord[] {
    return [...this.#leases.values()].filter((lease) => lease.id.startsWith(prefix));
  }

  ofToken(token: string): LeaseRecord[] {
    return [...this.#leases.values()].filter((lease) => lease.token === token);
  }

  /** The leases whose end has come. */
  due(now: number): LeaseRecord[] {
    if (now < this.#quietUntil) return [];
    const due: LeaseRecord[] = [];
    this.#quietUntil = Number.POSITIVE_INFINITY;
    for (const lease of this.#leases.values()) {
      if (lease.expireTime <= now) due.push(lease);
      else this.#quietUntil = Math.min(this.#quietUntil, lease.expireTime);
    }
    return due;
  }
}

/** Seconds that a lease has left, as Vault rounds them: down. */
export const secondsLeft = (lease: Pick<LeaseRecord, 'expireTime'>, now: number): number =>
  Math.max(0, Math.trunc((lease.expireTime - now) / 1000));
