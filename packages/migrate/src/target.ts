import { StrongroomError } from '@strongroom/core';
import type { KvPlacement, KvVersion, Vault } from '@strongroom/vault';

/** Where in Vault a migration writes: one environment of one application. */
export interface Target {
  /** The address of Vault, without credentials. */
  readonly address: string;
  readonly namespace: string | undefined;
  readonly mount: string;
  readonly kvVersion: KvVersion;
  readonly layout: NonNullable<KvPlacement['layout']>;
  readonly application: string;
  readonly environment: string;
}

/** @throws StrongroomError `PLAN_OUTDATED` for a client of another Vault or namespace */
export function checkTarget({ address, namespace }: Target, vault: Vault): void {
  if (address === vault.address && namespace === vault.namespace) return;
  throw new StrongroomError(
    'PLAN_OUTDATED',
    `The plan was made for ${spot(address, namespace)}, and is to be applied to ${spot(vault.address, vault.namespace)}: ` +
      'plan again for that one',
  );
}

const spot = (address: string, namespace: string | undefined): string =>
  namespace === undefined ? address : `the namespace ${namespace} of ${address}`;
