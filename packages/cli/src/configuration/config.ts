import type { Declarations, Definition } from '@strongroom/core';
import type { VaultSourceOptions } from '@strongroom/vault';

/** What the command is told of Vault. It wins over the environment variables; what is not said, they say. */
export interface VaultConfig extends Omit<VaultSourceOptions, 'logger' | 'clock'> {
  /** Where Vault is: all addresses of a cluster, or one. @default the variables VAULT_ADDR and its kind */
  readonly address?: string | readonly string[];
  /** A namespace of Vault Enterprise or OpenBao. @default the variable VAULT_NAMESPACE */
  readonly namespace?: string;
  /** A file that holds the token. @default the variables VAULT_TOKEN and its kind, then `~/.vault-token` */
  readonly tokenFile?: string;
}

/** What `strongroom.config.ts` exports by default. */
export interface StrongroomConfig<T extends Declarations = Declarations, E extends string = string> {
  /** The application's definition, as `defineSettings` makes it. */
  readonly definition: Definition<T, E>;
  /** Vault, for every environment. */
  readonly vault?: VaultConfig;
  /** Vault, where it is another one in some environment; each option wins over that of `vault`. */
  readonly environments?: { readonly [N in NoInfer<E>]?: VaultConfig };
  /**
   * The `.env` file that the application reads, by `node --env-file` or `dotenv`, relative to the folder of the
   * configuration: its variables count where the process has none of the name. It need not be there.
   * @default the variables of the process alone
   */
  readonly envFile?: string;
}

/**
 * Types the configuration of the command; it gives back what it is given.
 *
 * @example
 * // strongroom.config.ts
 * export default defineConfig({
 *   definition,
 *   environments: { production: { address: 'https://vault.example.com:8200' } },
 * });
 */
export function defineConfig<T extends Declarations, E extends string>(
  config: StrongroomConfig<T, E>,
): StrongroomConfig<T, E> {
  return config;
}
