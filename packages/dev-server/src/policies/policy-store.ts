import { sortedByBytes } from '../go/compare-bytes.js';
import type { Entity } from '../identity/entity.js';
import type { Group } from '../identity/group.js';
import { collection, type Storage } from '../state/storage.js';
import { Acl } from './acl.js';
import { DEFAULT_POLICY, WRAPPING_POLICY, WRAPPING_POLICY_NAME } from './default-policy.js';
import { parsePolicy } from './policy-parser.js';
import type { PolicyRule } from './policy-rule.js';
import { fillTemplates } from './policy-templates.js';

const POLICIES = collection<string>('policies');

/** All policies by their names in lower case. */
export class PolicyStore {
  readonly #texts: Map<string, string>;
  readonly #parsed = new Map<string, readonly PolicyRule[]>();

  constructor(storage: Storage) {
    this.#texts = storage.records(POLICIES);
    if (!this.#texts.has('default')) this.#texts.set('default', DEFAULT_POLICY);
  }

  /** The text of a policy; that of `root` is empty. */
  get(name: string): string | undefined {
    if (name === 'root') return '';
    return name === WRAPPING_POLICY_NAME ? WRAPPING_POLICY : this.#texts.get(name);
  }

  names(): string[] {
    return [...sortedByBytes(this.#texts.keys()), 'root'];
  }

  /** @param rules what the text says */
  set(name: string, text: string, rules: readonly PolicyRule[]): void {
    this.#parsed.set(name, rules);
    this.#texts.set(name, text);
  }

  remove(name: string): void {
    this.#texts.delete(name);
    this.#parsed.delete(name);
  }

  private rules(name: string): readonly PolicyRule[] {
    const text = this.get(name);
    if (text === undefined) return [];
    let rules = this.#parsed.get(name);
    if (rules === undefined) {
      rules = parsePolicy(text);
      this.#parsed.set(name, rules);
    }
    return rules;
  }

  /** What the policies of these names say together, for the entity of a token. */
  acl(names: readonly string[], entity: Entity | undefined, groups: readonly Group[]): Acl {
    if (names.includes('root')) return new Acl(true, []);
    const rules = names.flatMap((name) => this.rules(name));
    return new Acl(
      false,
      rules.flatMap((rule) => {
        const path = rule.path.includes('{{') ? fillTemplates(rule.path, entity, groups) : rule.path;
        return path === undefined ? [] : [{ ...rule, path }];
      }),
    );
  }
}
