import type { Lookup, LookupContext, Setting, Source } from '@strongroom/core';
import { KvContext } from '../kv/kv-context.js';
import type { KvVersions } from '../kv/kv-version.js';
import { LeasedSettings } from '../lease/leased-settings.js';
import type { Leases } from '../lease/leases.js';
import type { Transport } from '../transport/transport.js';
import { KvSettings } from './kv-settings.js';
import { Outage } from './outage.js';
import { type KvPlacement, placementOf } from './placement.js';

/** What a source needs of the client that it belongs to. */
export interface SourceSurroundings {
  readonly transport: Transport;
  readonly versions: KvVersions;
  readonly leases: Leases;
  readonly namespace: string | undefined;
  readonly readsAtOnce: number;
  readonly now: () => number;
  readonly close: () => Promise<void>;
}

/**
 * The settings in a KV mount, and those that are leased: at most as many reads as there are distinct secrets, all at
 * once within the limit of sockets, and never two reads of one secret at a time.
 *
 * @throws ConfigurationError for a mount that cannot be a path, and options that cannot be gone by
 */
export function createVaultSource(surroundings: SourceSurroundings, given: KvPlacement): Source {
  const { transport, versions, leases, namespace, readsAtOnce, now, close } = surroundings;
  const placement = placementOf(given);
  const kv = new KvContext(transport, versions, placement.mount, placement.kvVersion);
  const placed = new KvSettings({ kv, namespace, readsAtOnce, now }, placement);
  const leased = new LeasedSettings(leases, namespace, now);
  const outage = new Outage();

  return {
    name: 'vault',
    lookup,
    onEvent: (listener) => {
      const ends = [leased.onEvent(listener), transport.activities.listen(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    close: async () => {
      await leased.close();
      await close();
    },
  };

  async function lookup(
    settings: readonly Setting[],
    context: LookupContext,
  ): Promise<ReadonlyMap<string, Lookup>> {
    const answers = new Map<string, Lookup>();
    const round = outage.begin();
    try {
      const read = placed.lookup(settings, context, round, answers);
      // What cannot be leased may be the fault of a database, and says less of Vault than a read does.
      if (round.probing) await read;
      await Promise.all([read, leased.lookup(settings, context, round, answers)]);
    } finally {
      round.end();
    }
    return answers;
  }
}
