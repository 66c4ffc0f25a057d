import type { JsonMap } from '../json/json-value.js';
import type { Operation } from '../logical/logical-request.js';
import { mergeRules } from './merge-rules.js';
import { parametersAllowed } from './parameter-check.js';
import type { Capability, PolicyRule } from './policy-rule.js';
import { bestWildcardRule } from './wildcard-match.js';

/** What is asked of the policies. `wrapTtl` is in milliseconds, undefined without wrapping. */
export interface AclQuestion {
  readonly path: string;
  readonly operation: Operation;
  readonly data: JsonMap;
  readonly wrapTtl: number | undefined;
}

const NEEDED: ReadonlyMap<Operation, Capability> = new Map<Operation, Capability>([
  ['create', 'create'],
  ['read', 'read'],
  ['update', 'update'],
  ['delete', 'delete'],
  ['list', 'list'],
]);

/** All that the policies of one token say. */
export class Acl {
  readonly #exact = new Map<string, PolicyRule>();
  readonly #prefixes = new Map<string, PolicyRule>();
  readonly #segments = new Map<string, PolicyRule>();

  constructor(
    readonly isRoot: boolean,
    rules: readonly PolicyRule[],
  ) {
    for (const rule of rules) {
      const table = rule.hasSegmentWildcards ? this.#segments : rule.isPrefix ? this.#prefixes : this.#exact;
      const known = table.get(rule.path);
      table.set(rule.path, known === undefined ? rule : mergeRules(known, rule));
    }
  }

  /** The rule for a path: an exact one, else the most specific with wildcards. */
  private ruleFor(path: string, list: boolean): PolicyRule | undefined {
    const bare = path.replace(/\/$/, '');
    return (
      this.#exact.get(path) ??
      (list ? (this.#exact.get(bare) ?? this.wildcard(bare)) : undefined) ??
      this.wildcard(path)
    );
  }

  private wildcard(path: string): PolicyRule | undefined {
    return bestWildcardRule(path, this.#prefixes, this.#segments);
  }

  allows(question: AclQuestion): boolean {
    if (this.isRoot || question.operation === 'help') return true;
    const rule = this.ruleFor(question.path, question.operation === 'list');
    const needed = NEEDED.get(question.operation);
    if (rule === undefined || needed === undefined || !rule.capabilities.has(needed)) return false;
    const { maxWrappingTtl: max, minWrappingTtl: min } = rule;
    const wrapTtl = question.wrapTtl ?? Number.NaN;
    if (max > 0 && !(wrapTtl <= max)) return false;
    if (min > 0 && !(wrapTtl >= min)) return false;
    if (max > 0 && max < min) return false;
    const hasParameters = needed !== 'delete' && needed !== 'list';
    return !hasParameters || parametersAllowed(rule, question.data);
  }

  /** Whether the path may be used where sudo is needed. `list`: what is asked for is a list. */
  hasSudo(path: string, list = false): boolean {
    return this.isRoot || (this.ruleFor(path, list)?.capabilities.has('sudo') ?? false);
  }

  /** What may be done with a path, sorted; `deny` alone where nothing may. */
  capabilities(path: string): string[] {
    if (this.isRoot) return ['root'];
    const found = [...(this.ruleFor(path.replace(/^\/+/, ''), true)?.capabilities ?? [])].sort();
    return found.length === 0 ? ['deny'] : found;
  }

  /** The rules for whole paths and for beginnings of paths. */
  rules(): { readonly exact: readonly PolicyRule[]; readonly prefixes: readonly PolicyRule[] } {
    return { exact: [...this.#exact.values()], prefixes: [...this.#prefixes.values()] };
  }

  /** Whether anything at all is allowed at a mount or below it. */
  reaches(mount: string): boolean {
    if (this.isRoot) return true;
    if (!this.capabilities(mount).includes('deny')) return true;
    const allows = (rule: PolicyRule): boolean =>
      rule.capabilities.size > 0 && !rule.capabilities.has('deny');
    for (const rule of [...this.#exact.values(), ...this.#prefixes.values()]) {
      if (rule.path.startsWith(mount) && allows(rule)) return true;
    }
    const parts = mount.replace(/\/$/, '').split('/');
    return [...this.#segments.values()].some((rule) => {
      const wanted = rule.path.split('/');
      return (
        allows(rule) &&
        parts.every((part, index) => {
          const segment = wanted[index];
          if (segment === undefined) return false;
          return (
            segment === '+' ||
            segment === part ||
            (segment.endsWith('*') && part.startsWith(segment.slice(0, -1)))
          );
        })
      );
    });
  }
}
