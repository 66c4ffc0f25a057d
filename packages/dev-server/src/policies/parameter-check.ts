import { isJsonArray, type JsonMap, type JsonValue } from '../json/json-value.js';
import type { HclValue } from './hcl-parser.js';
import type { ParameterRules, PolicyRule } from './policy-rule.js';

/** Whether a text fits a pattern that may begin and end with `*`. */
export function globMatches(pattern: string, text: string): boolean {
  if (pattern.length < 2) return pattern === text || pattern === '*';
  const open = pattern.startsWith('*');
  const end = pattern.endsWith('*');
  const middle = pattern.slice(open ? 1 : 0, end ? -1 : undefined);
  if (open && end) return text.includes(middle);
  if (open) return text.endsWith(middle);
  return end ? text.startsWith(middle) : text === pattern;
}

function equal(rule: HclValue, value: JsonValue): boolean {
  if (typeof rule === 'string') return typeof value === 'string' && globMatches(rule, value);
  if (typeof rule === 'boolean') return rule === value;
  if (Array.isArray(rule)) {
    return (
      isJsonArray(value) &&
      rule.length === value.length &&
      rule.every((item, index) => equal(item, value[index] ?? null))
    );
  }
  // A number in a policy never equals one in a request: Vault compares an int with a text there.
  return false;
}

const isListed = (value: JsonValue, list: readonly HclValue[]): boolean =>
  list.length === 0 || list.some((rule) => equal(rule, value));

/** Whether the parameters of a write or a read are those that a rule lets pass. */
export function parametersAllowed(rule: PolicyRule, data: JsonMap): boolean {
  const { allowedParameters: allowed, deniedParameters: denied, requiredParameters } = rule;
  if (requiredParameters.some((name) => !data.has(name))) return false;
  if (data.size === 0) return true;
  if (denied.has('*')) return false;
  const entries = [...data];
  if (entries.some(([name, value]) => listHas(denied, name, value))) return false;
  if (allowed.size === 0) return true;
  return entries.every(([name, value]) =>
    allowed.has(name.toLowerCase()) ? listHas(allowed, name, value) : allowed.has('*'),
  );
}

function listHas(rules: ParameterRules, name: string, value: JsonValue): boolean {
  const list = rules.get(name.toLowerCase());
  return list !== undefined && isListed(value, list);
}
