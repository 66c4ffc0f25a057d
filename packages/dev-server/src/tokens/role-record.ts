import { collection } from '../state/storage.js';

/** A token role: on what terms tokens are made at `create/ROLE`. Durations are seconds, 0 for not set. */
export interface TokenRole {
  readonly name: string;
  allowedPolicies: readonly string[];
  disallowedPolicies: readonly string[];
  orphan: boolean;
  renewable: boolean;
  pathSuffix: string;
  /** As set by the older name of the field; answers show it as it was set. */
  period: number;
  explicitMaxTtl: number;
  tokenPeriod: number;
  tokenExplicitMaxTtl: number;
  tokenNumUses: number;
  boundCidrs: readonly string[];
  tokenBoundCidrs: readonly string[];
  tokenNoDefaultPolicy: boolean;
  /** `service`, `batch`, `default-service` or `default-batch`. */
  tokenType: string;
  allowedEntityAliases: readonly string[] | null;
}

export const TOKEN_ROLES = collection<TokenRole>('token-roles');
