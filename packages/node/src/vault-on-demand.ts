import type { Clock, EnvironmentVariables, Logger, Source, SourceEvent } from '@strongroom/core';
import type { VaultSourceOptions } from '@strongroom/vault';
import { keepLastKnownGood, type LastKnownGood } from './last-known-good.js';
import { noPlace } from './vault-stand-in.js';

export type { VaultSourceOptions };

/**
 * The Vault source, made when the first setting asks for it: a program whose environment has everything
 * never loads the Vault client.
 *
 * @param mode `shadow` for one that is only compared
 */
export function vaultSourceOnDemand(
  variables: EnvironmentVariables,
  options: {
    readonly vault?: VaultSourceOptions;
    readonly lastKnownGood?: LastKnownGood;
    readonly logger?: Logger;
    readonly clock?: Clock;
  },
  mode: 'on' | 'shadow',
): Source {
  const { vault, logger, clock } = options;
  let source: Promise<Source> | undefined;
  const listeners = new Set<(event: SourceEvent) => void>();
  const make = async (): Promise<Source> => {
    const { vaultFromEnvironment } = await import('@strongroom/vault');
    const made = vaultFromEnvironment(variables, {
      ...vault,
      ...(logger === undefined ? {} : { logger }),
      ...(clock === undefined ? {} : { clock }),
    });
    made.onEvent?.((event) => {
      for (const listener of [...listeners]) listener(event);
    });
    // What nobody uses is not kept either.
    return mode === 'shadow' ? made : keepLastKnownGood(made, variables, options);
  };
  return {
    name: 'vault',
    async lookup(settings, context) {
      const placed = settings.filter(({ place, lease }) => place !== undefined || lease !== undefined);
      if (placed.length > 0) source ??= make();
      const answers = placed.length > 0 ? await (await source)?.lookup(placed, context) : undefined;
      return new Map(settings.map((setting) => [setting.name, answers?.get(setting.name) ?? noPlace]));
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await source?.then((vault) => vault.close?.()).catch(() => undefined);
    },
  };
}
