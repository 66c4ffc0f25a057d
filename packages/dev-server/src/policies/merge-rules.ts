import type { Capability, ParameterRules, PolicyRule } from './policy-rule.js';

const lesser = (a: number, b: number): number => (a === 0 ? b : b === 0 ? a : Math.min(a, b));

/** The values of both; an empty list stands for any value and wins. */
function mergeParameters(a: ParameterRules, b: ParameterRules): ParameterRules {
  const merged = new Map(a);
  for (const [name, values] of b) {
    const known = merged.get(name);
    const any = values.length === 0 || known?.length === 0;
    merged.set(name, any ? [] : [...values, ...(known ?? [])]);
  }
  return merged;
}

const isDeny = (rule: PolicyRule): boolean => rule.capabilities.has('deny');

/** What two policies say of one path: the sum of what they allow, unless one denies. */
export function mergeRules(a: PolicyRule, b: PolicyRule): PolicyRule {
  if (isDeny(a)) return a;
  if (isDeny(b)) return b;
  return {
    ...a,
    capabilities: new Set<Capability>([...a.capabilities, ...b.capabilities]),
    allowedParameters: mergeParameters(a.allowedParameters, b.allowedParameters),
    deniedParameters: mergeParameters(a.deniedParameters, b.deniedParameters),
    requiredParameters: [...new Set([...a.requiredParameters, ...b.requiredParameters])],
    minWrappingTtl: lesser(a.minWrappingTtl, b.minWrappingTtl),
    maxWrappingTtl: lesser(a.maxWrappingTtl, b.maxWrappingTtl),
  };
}
