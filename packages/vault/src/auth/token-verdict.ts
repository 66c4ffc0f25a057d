import type { VaultAnswer } from '../answer.js';

/**
 * What a 403 was due to: `replaced`, another token is there, so the request may be made once more; `policy`, the
 * token is good, its policies are not; `dead`, the token is not accepted at all, or may not even look itself up;
 * `unknown`, Vault did not say.
 */
export type TokenVerdict =
  | { readonly due: 'replaced' | 'unknown' | 'dead' }
  | { readonly due: 'policy'; readonly policies: readonly string[] | undefined };

const verdicts = new WeakMap<VaultAnswer, TokenVerdict>();

/** Remembers with an answer of 403 what it was due to, for the error that is made of it. */
export function noteVerdict(answer: VaultAnswer, verdict: TokenVerdict): VaultAnswer {
  verdicts.set(answer, verdict);
  return answer;
}

export const verdictOf = (answer: VaultAnswer): TokenVerdict => verdicts.get(answer) ?? { due: 'unknown' };
