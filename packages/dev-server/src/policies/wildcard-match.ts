import { compareBytes } from '../go/compare-bytes.js';
import type { PolicyRule } from './policy-rule.js';

/** A rule with wildcards that fits a path, and what decides among several. */
interface Candidate {
  readonly rule: PolicyRule;
  readonly path: string;
  readonly firstWildcard: number;
  readonly wildcards: number;
  readonly isPrefix: boolean;
}

/** Later wildcards first, then no `*` at the end, fewer `+`, the longer path. */
function compare(a: Candidate, b: Candidate): number {
  return (
    b.firstWildcard - a.firstWildcard ||
    Number(a.isPrefix) - Number(b.isPrefix) ||
    a.wildcards - b.wildcards ||
    b.path.length - a.path.length ||
    compareBytes(b.path, a.path)
  );
}

function segmentCandidate(rule: PolicyRule, parts: readonly string[]): Candidate | undefined {
  const isPrefix = rule.path.endsWith('*');
  const path = isPrefix ? rule.path.slice(0, -1) : rule.path;
  const wanted = path.split('/');
  if (isPrefix ? parts.length < wanted.length : parts.length !== wanted.length) return undefined;
  const fits = wanted.every((part, index) => {
    const actual = parts[index] ?? '';
    return (
      part === '+' || part === actual || (isPrefix && index === wanted.length - 1 && actual.startsWith(part))
    );
  });
  if (!fits) return undefined;
  return {
    rule,
    path,
    isPrefix,
    firstWildcard: rule.path.indexOf('+'),
    wildcards: wanted.filter((part) => part === '+').length,
  };
}

/** The rule with wildcards that applies to a path: of all that fit, the most specific. */
export function bestWildcardRule(
  path: string,
  prefixes: ReadonlyMap<string, PolicyRule>,
  segments: ReadonlyMap<string, PolicyRule>,
): PolicyRule | undefined {
  const candidates: Candidate[] = [];
  let longest: PolicyRule | undefined;
  for (const rule of prefixes.values()) {
    if (path.startsWith(rule.path) && rule.path.length >= (longest?.path.length ?? 0)) longest = rule;
  }
  if (longest !== undefined) {
    candidates.push({
      rule: longest,
      path: longest.path,
      firstWildcard: longest.path.length,
      wildcards: 0,
      isPrefix: true,
    });
  }
  const parts = path.split('/');
  for (const rule of segments.values()) {
    const candidate = segmentCandidate(rule, parts);
    if (candidate !== undefined) candidates.push(candidate);
  }
  return candidates.sort(compare)[0]?.rule;
}
