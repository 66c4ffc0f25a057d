import type { VaultAnswer } from '../transport/answer.js';
import { each, errorsOf } from '../vault-messages.js';

/**
 * What a 403 was due to: `replaced`, another token is there, so the request may be made once more; `policy`, the
 * token is good, its policies are not; `dead`, the token is not accepted at all, or may not even look itself up;
 * `missing`, no token was sent; `unknown`, Vault did not say.
 */
export type TokenVerdict =
  | { readonly due: 'replaced' | 'unknown' | 'missing' | 'dead' }
  | { readonly due: 'policy'; readonly policies: readonly string[] | undefined };

const verdicts = new WeakMap<VaultAnswer, TokenVerdict>();

/** Remembers with an answer of 403 what it was due to, for the error that is made of it. */
export function noteVerdict(answer: VaultAnswer, verdict: TokenVerdict): VaultAnswer {
  verdicts.set(answer, verdict);
  return answer;
}

export const verdictOf = (answer: VaultAnswer): TokenVerdict => verdicts.get(answer) ?? { due: 'unknown' };

/** Whether an answer of 403 says by itself that the token is none, as newer servers do: no lookup need tell it. */
export function saysDead({ body }: VaultAnswer): boolean {
  const texts = errorsOf(body)
    .flatMap(each)
    .map((text) => text.trim());
  return texts.includes('permission denied') && texts.includes('invalid token');
}
