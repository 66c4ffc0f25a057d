import type { Absent, Lookup, LookupContext, Setting, Source } from '@strongroom/core';
import { absentKey, absentSecret } from './absence.js';
import { onAbort } from './cancellation.js';
import { calledOff } from './exchange-failure.js';
import { KvMount } from './kv/kv-mount.js';
import type { KvAbsent, KvFound } from './kv/kv-secret.js';
import type { KvVersions } from './kv/kv-version.js';
import { LeasedSettings } from './lease/leased-settings.js';
import type { Leases } from './lease/leases.js';
import { answerFailure } from './lookup-failure.js';
import { type KvPlacement, type PlacedSecret, placementDefaults, placeSettings } from './placement.js';
import { SingleFlight } from './single-flight.js';
import type { Transport } from './transport.js';

/** What a source needs of the client that it belongs to. */
export interface SourceSurroundings {
  readonly transport: Transport;
  readonly versions: KvVersions;
  readonly leases: Leases;
  readonly namespace: string | undefined;
  readonly now: () => number;
  readonly close: () => Promise<void>;
}

type Read = KvFound | KvAbsent;

/**
 * The settings in a KV mount, and those that are leased: as many reads as there are distinct secrets, all at once within the limit of
 * sockets, and never two reads of one secret at a time.
 *
 * @throws ConfigurationError for a mount that cannot be a path
 */
export function createVaultSource(surroundings: SourceSurroundings, placement: KvPlacement): Source {
  const { transport, versions, leases, namespace, now, close } = surroundings;
  const { mount = placementDefaults.mount, layout = placementDefaults.layout } = placement;
  const { kvVersion: version = placementDefaults.kvVersion } = placement;
  const kv = new KvMount(transport, versions, mount, { version });
  const reads = new SingleFlight<Read>();

  const leased = new LeasedSettings(leases, namespace, now);

  return {
    name: 'vault',
    lookup,
    onEvent: (listener) => leased.onEvent(listener),
    close: async () => {
      await leased.close();
      await close();
    },
  };

  async function lookup(
    settings: readonly Setting[],
    context: LookupContext,
  ): Promise<ReadonlyMap<string, Lookup>> {
    const { application, environment, signal } = context;
    const answers = new Map<string, Lookup>();
    for (const { name, place } of settings) if (place === undefined) answers.set(name, noPlace);
    const secrets = placeSettings(settings, application, environment, layout);
    const leasedToo = settings.some(({ lease }) => lease !== undefined);
    await Promise.all([
      secrets.length > 0 ? readAll(secrets, signal, answers) : undefined,
      leasedToo ? leased.lookup(settings, context, answers) : undefined,
    ]);
    return answers;
  }

  /** Waits for all reads; leaves those that others wait for too when its own caller no longer waits. */
  function readAll(
    secrets: readonly PlacedSecret[],
    signal: AbortSignal,
    answers: Map<string, Lookup>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        leave();
        reject(calledOff(signal.reason, transport.address, `${kv.mount}/`));
      };
      const begun = now();
      const joined = signal.aborted ? [] : secrets.map((secret) => [secret, join(secret)] as const);
      const leave = () => {
        for (const [, read] of joined) read.leave();
      };
      if (signal.aborted) return abort();
      const listened = onAbort(signal, abort);
      Promise.all(
        joined.map(([secret, { answer }]) =>
          answer.then(
            (read) => answerRead(secret, read, answers),
            (error) => answerFailure(secret.settings, error, answers, begun),
          ),
        ),
      )
        .finally(listened)
        .then(() => {
          leave();
          resolve();
        }, reject);
    });
  }

  function join({ path }: PlacedSecret) {
    return reads.join(path, (signal) => kv.read(path, { signal }));
  }

  function answerRead({ path, settings }: PlacedSecret, read: Read, answers: Map<string, Lookup>): void {
    const secret = `${kv.mount}/${path}`;
    const readAt = now();
    const keys = read.status === 'found' ? Object.keys(read.data) : [];
    for (const { name, key } of settings) {
      const locator = `${namespace === undefined ? '' : `${namespace}/`}${secret}#${key}`;
      const spot = { secret, key, locator };
      if (read.status === 'absent') answers.set(name, absentSecret(read, spot));
      else if (!(key in read.data)) answers.set(name, absentKey(keys, spot));
      else {
        const { version } = read;
        const found = { status: 'found', value: read.data[key], locator, readAt } as const;
        answers.set(name, version === undefined ? found : { ...found, version });
      }
    }
  }
}

const noPlace: Absent = Object.freeze({ status: 'absent', reason: 'no-place' });
