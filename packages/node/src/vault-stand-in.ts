import {
  type Absent,
  type EnvironmentVariables,
  nearMiss,
  type RolloutDecision,
  type Source,
} from '@strongroom/core';

/** A setting that Vault has no place for. */
export const noPlace: Absent = { status: 'absent', reason: 'no-place' };

/**
 * Stands where Vault would, so that an error and provenance say that it was not used, and why.
 *
 * @param compared the Vault source that is read in shadow: it is told of and closed as if it were used
 */
export function vaultStandIn(
  { mode, reason, instance }: RolloutDecision,
  variables: EnvironmentVariables,
  compared?: Source,
): Source {
  // What a variable says in so many words needs no reason.
  const detail = instance === undefined ? {} : { detail: reason };
  const hint = () => {
    if (mode === 'shadow') return 'Vault is only compared, so what it holds is not used: see USE_VAULT.';
    const meant = nearMiss('USE_VAULT', Object.keys(variables));
    return meant === undefined ? undefined : `${meant} is set: was it meant to be USE_VAULT?`;
  };
  const off: Absent = { status: 'absent', reason: 'turned-off', hint, ...detail };
  const shadow: Absent = { status: 'absent', reason: 'shadow', hint, ...detail };
  return {
    name: 'vault',
    async lookup(settings) {
      return new Map(
        settings.map(({ name, place, lease }) => {
          if (lease !== undefined) return [name, off];
          return [name, place === undefined ? noPlace : mode === 'shadow' ? shadow : off];
        }),
      );
    },
    ...(compared?.onEvent === undefined
      ? {}
      : { onEvent: (listener) => compared.onEvent?.(listener) ?? (() => {}) }),
    ...(compared === undefined ? {} : { close: async () => compared.close?.() }),
  };
}
