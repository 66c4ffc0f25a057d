import {
  type Absent,
  type Clock,
  type EnvironmentVariables,
  type Logger,
  nearMiss,
  type Source,
  type SourceEvent,
} from '@strongroom/core';
import type { VaultSourceOptions } from '@strongroom/vault';
import { keepLastKnownGood, type LastKnownGood } from './last-known-good.js';

export type { VaultSourceOptions };

/**
 * The Vault source, made when the first setting asks for it: a program whose environment has everything
 * never loads the Vault client.
 */
export function vaultSourceOnDemand(
  variables: EnvironmentVariables,
  options: {
    readonly vault?: VaultSourceOptions;
    readonly lastKnownGood?: LastKnownGood;
    readonly logger?: Logger;
    readonly clock?: Clock;
  },
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
    return keepLastKnownGood(made, variables, options);
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

const noPlace: Absent = { status: 'absent', reason: 'no-place' };

/** Stands where Vault would, so that an error says that it was not asked, and why. */
export function vaultTurnedOff(variables: EnvironmentVariables): Source {
  const hint = () => {
    const meant = nearMiss('USE_VAULT', Object.keys(variables));
    return meant === undefined ? undefined : `${meant} is set: was it meant to be USE_VAULT?`;
  };
  return {
    name: 'vault',
    async lookup(settings) {
      return new Map(
        settings.map(({ name, place, lease }): [string, Absent] => [
          name,
          place === undefined && lease === undefined
            ? noPlace
            : { status: 'absent', reason: 'turned-off', hint },
        ]),
      );
    },
  };
}
