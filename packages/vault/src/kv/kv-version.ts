import type { Problem } from '@strongroom/core';
import { problem } from '../configuration-problem.js';
import { objectAt, own } from '../json-object.js';
import { refusal } from '../refusal.js';
import { SingleFlight } from '../single-flight.js';
import type { Cancellation } from '../transport/cancellation.js';
import { calledOff } from '../transport/exchange-failure.js';
import type { Transport } from '../transport/transport.js';
import { errorsOf } from '../vault-messages.js';
import { noMount } from './kv-fault.js';
import { encodePath, readPolicy } from './kv-path.js';

/** The version of a KV mount. */
export type KvVersion = 1 | 2;

export const noKvVersion = (name: string): Problem =>
  problem(name, 'is no version of KV', 'Give the number 1 or 2, or leave it out.');

/** What is known of the KV mounts of one client. */
export class KvVersions {
  readonly #transport: Transport;
  readonly #known = new Map<string, KvVersion>();
  /** Mounts of which this Vault does not tell: it is too old to have the endpoint. */
  readonly #untold = new Set<string>();
  readonly #reads = new Map<string, Set<Promise<unknown>>>();
  readonly #waiting = new Map<string, () => void>();
  readonly #questions = new SingleFlight<KvVersion | undefined>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The version of a mount, if it was seen or told already. */
  known(mount: string): KvVersion | undefined {
    return this.#known.get(mount);
  }

  /** Remembers what an answer left no doubt about. */
  learn(mount: string, version: KvVersion): void {
    this.#known.set(mount, version);
    this.#waiting.get(mount)?.();
  }

  /** The mount answers as one of another version: it was changed. */
  forget(mount: string): void {
    this.#known.delete(mount);
  }

  /**
   * Lets a question wait for a read that is under way: its answer may tell the version by itself, so that a
   * program that starts with a missing secret among others need not ask.
   */
  async watch<T>(mount: string, reading: Promise<T>): Promise<T> {
    const reads = this.#reads.get(mount) ?? new Set();
    this.#reads.set(mount, reads.add(reading));
    try {
      return await reading;
    } finally {
      reads.delete(reading);
    }
  }

  /**
   * Asks Vault: one request, however many ask at one time.
   *
   * @returns undefined when the token may not ask, or when Vault is too old to tell
   * @throws VaultError when Vault could not answer, or has something else there than a KV mount
   */
  async ask(mount: string, signal: Cancellation | undefined): Promise<KvVersion | undefined> {
    if (this.#untold.has(mount)) return undefined;
    const path = `/v1/sys/internal/ui/mounts/${encodePath('mount', mount)}`;
    const aborted = () => calledOff(signal?.reason, this.#transport.address, path);
    return this.#questions.wait(mount, (until) => this.#ask(mount, path, until), signal, aborted);
  }

  async #ask(mount: string, path: string, signal: Cancellation): Promise<KvVersion | undefined> {
    await this.#readsUnderWay(mount);
    const known = this.#known.get(mount);
    if (known !== undefined) return known;
    const request = { method: 'GET', path, signal };
    const answer = await this.#transport.send(request);
    const { status, body } = answer;
    if (status !== 200) {
      const error = refusal(answer, request, this.#transport, { policy: readPolicy(path.slice(4)) });
      if (error.code === 'SOURCE_UNAVAILABLE') throw error;
    }
    const data = status === 200 ? objectAt(body, 'data') : undefined;
    if (data === undefined) {
      // An old Vault stays as it is; a token that may not ask now may be another one, or get a policy, later.
      const tooOld = status === 405 || (status === 404 && !errorsOf(body).includes('namespace not found'));
      if (tooOld) this.#untold.add(mount);
      return undefined;
    }
    const type = own(data, 'type');
    const at = own(data, 'path');
    if (typeof at !== 'string' || typeof type !== 'string') return undefined;
    if (at !== `${mount}/`) throw noMount(answer, path, `has no mount at ${mount}/`);
    if (type !== 'kv' && type !== 'generic') {
      throw noMount(answer, path, `has no KV mount at ${mount}/ but one of another type`);
    }
    const version = own(objectAt(data, 'options') ?? {}, 'version') === '2' ? 2 : 1;
    this.learn(mount, version);
    return version;
  }

  /** Waits until the reads under way have been answered, or one of them has told the version. */
  async #readsUnderWay(mount: string): Promise<void> {
    const reads = this.#reads.get(mount);
    if (reads === undefined || reads.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#waiting.set(mount, resolve);
      void Promise.allSettled(reads).then(() => resolve());
    });
    this.#waiting.delete(mount);
  }
}
