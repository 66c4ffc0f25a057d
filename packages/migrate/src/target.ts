import type { KvPlacement } from '@strongroom/vault';

/** Where in Vault a migration writes: one environment of one application. */
export interface Target {
  /** The address of Vault, without credentials. */
  readonly address: string;
  readonly namespace: string | undefined;
  readonly mount: string;
  readonly kvVersion: 1 | 2;
  readonly layout: NonNullable<KvPlacement['layout']>;
  readonly application: string;
  readonly environment: string;
}
