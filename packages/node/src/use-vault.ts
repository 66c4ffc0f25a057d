import { parseBoolean } from '@strongroom/core';

/** Whether Vault is used: `shadow` reads it beside the environment, compares, and uses nothing of it. */
export type VaultMode = 'on' | 'shadow' | 'off';

/** What the variable USE_VAULT says: a mode, or for how many of a hundred instances Vault is on. */
export type UseVault = { readonly mode: VaultMode } | { readonly share: number };

/** What USE_VAULT may be, for people. */
export const useVaultHint =
  'Set USE_VAULT to true or false (1/0, yes/no), to shadow, or to the share of instances that use Vault, ' +
  'from 0% to 100% and without a space (25%, 2.5%); or unset it to leave Vault off.';

/** @returns undefined for a text that says none of these */
export function parseUseVault(text: string): UseVault | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'shadow') return { mode: 'shadow' };
  const digits = /^(\d+(?:\.\d+)?)%$/.exec(word)?.[1];
  if (digits !== undefined) {
    const share = Number(digits);
    return share <= 100 ? { share } : undefined;
  }
  const on = parseBoolean(text);
  return on === undefined ? undefined : { mode: on ? 'on' : 'off' };
}
