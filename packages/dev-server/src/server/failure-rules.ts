import type { FailureAnswer, FailureRule } from './failure-rule.js';

interface ActiveRule {
  readonly rule: FailureRule;
  left: number;
}

const matches = (rule: FailureRule, method: string, path: string): boolean => {
  if (rule.method !== undefined && rule.method.toUpperCase() !== method) return false;
  if (rule.path === undefined) return true;
  if (typeof rule.path === 'string') return path.startsWith(rule.path);
  // A pattern with the flag g or y would remember where it stopped the last time.
  rule.path.lastIndex = 0;
  return rule.path.test(path);
};

/** The rules in force; of several that match, the oldest applies. */
export class FailureRules {
  readonly #rules = new Set<ActiveRule>();

  /** @returns a function that takes the rule away */
  add(rule: FailureRule): () => void {
    const active: ActiveRule = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    if (active.left > 0) this.#rules.add(active);
    return () => {
      this.#rules.delete(active);
    };
  }

  /** What the next request to this path gets, if any rule says so. Counts as one use of that rule. */
  take(method: string, path: string): FailureAnswer | undefined {
    for (const active of this.#rules) {
      if (!matches(active.rule, method, path)) continue;
      active.left -= 1;
      if (active.left <= 0) this.#rules.delete(active);
      return active.rule.answer;
    }
    return undefined;
  }
}
