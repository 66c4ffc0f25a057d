import { DurationError, parseDuration } from '../go/duration.js';
import { quote } from '../go/format-value.js';
import { JsonNumber } from '../json/json-value.js';
import { framed } from '../logical/logical-fault.js';
import { type HclItem, HclObject, type HclValue, parseHcl } from './hcl-parser.js';
import { HclError } from './hcl-scanner.js';
import { CAPABILITIES, type Capability, type ParameterRules, type PolicyRule } from './policy-rule.js';

/** A policy makes no sense; the message is Vault's. */
export class PolicyError extends Error {}

const RULE_KEYS = new Set([
  'comment',
  'policy',
  'capabilities',
  'allowed_parameters',
  'denied_parameters',
  'required_parameters',
  'min_wrapping_ttl',
  'max_wrapping_ttl',
  'mfa_methods',
  'control_group',
]);

/** The one word that stood for capabilities before there were any. */
const OLD_POLICIES: ReadonlyMap<string, readonly Capability[]> = new Map<string, readonly Capability[]>([
  ['deny', ['deny']],
  ['read', ['read', 'list']],
  ['write', ['create', 'read', 'update', 'delete', 'list']],
  ['sudo', ['create', 'read', 'update', 'delete', 'list', 'sudo']],
]);

function checkKeys(object: HclObject, valid: ReadonlySet<string>, prefix: string): void {
  const problems = object.items
    .filter((item) => !valid.has(item.keys[0] ?? ''))
    .map((item) => `${prefix}invalid key ${quote(item.keys[0] ?? '')} on line ${item.line}`);
  if (problems.length > 0) throw new PolicyError(framed(...problems));
}

const isScalar = (value: HclValue): boolean => !Array.isArray(value) && !(value instanceof HclObject);

/** What Vault says where there is one value instead of a list. */
function checkList({ value, valueAt }: HclItem, key: string): void {
  if (valueAt === undefined || !isScalar(value)) return;
  throw new PolicyError(`path ${quote(key)}: At ${valueAt}: unknown slice type: *ast.LiteralType`);
}

const strings = (value: HclValue | undefined): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);

/** The values of one key, whether it is written once with a list or several times. */
const entryOf = (object: HclObject, key: string): HclValue | undefined =>
  object.items.findLast((item) => item.keys[0] === key)?.value;

function parameters(object: HclObject, name: string, key: string): ParameterRules {
  const rules = new Map<string, readonly HclValue[]>();
  for (const item of object.items.filter((candidate) => candidate.keys[0] === name)) {
    if (isScalar(item.value) && item.valueAt !== undefined) {
      throw new PolicyError(
        `path ${quote(key)}: At ${item.valueAt}: root.${name}: not an object type for map (*ast.LiteralType)`,
      );
    }
    if (!(item.value instanceof HclObject)) continue;
    for (const parameter of item.value.items) {
      checkList(parameter, key);
      const { keys, value } = parameter;
      rules.set((keys[0] ?? '').toLowerCase(), Array.isArray(value) ? value : [value]);
    }
  }
  return rules;
}

function ttl(object: HclObject, key: string): number {
  const value = entryOf(object, key);
  if (value === undefined) return 0;
  try {
    return parseDuration(typeof value === 'number' ? new JsonNumber(String(value)) : String(value));
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new PolicyError(`error parsing ${key}: ${error.message}`);
  }
}

function capabilitiesOf(body: HclObject, key: string): ReadonlySet<Capability> {
  const old = strings(entryOf(body, 'policy'))[0] ?? '';
  const named = old === '' ? [] : OLD_POLICIES.get(old);
  if (named === undefined) throw new PolicyError(`path ${quote(key)}: invalid policy ${quote(old)}`);
  const found = new Set<Capability>(named);
  for (const capability of strings(entryOf(body, 'capabilities'))) {
    if (!CAPABILITIES.has(capability)) {
      throw new PolicyError(`path ${quote(key)}: invalid capability ${quote(capability)}`);
    }
    found.add(capability as Capability); // just found in the list of them
    if (capability === 'deny') break;
  }
  return found.has('deny') ? new Set(['deny']) : found;
}

/** Braces of templates come in pairs. */
function checkTemplates(key: string): void {
  const [before = '', ...parts] = key.split('{{');
  if (before.includes('}}') || parts.some((part) => part.split('}}').length !== 2)) {
    throw new PolicyError('failed to validate policy templating: unbalanced templating characters');
  }
}

const LISTS = new Set(['capabilities', 'required_parameters', 'mfa_methods']);

function rule(key: string, body: HclObject): PolicyRule {
  checkTemplates(key);
  checkKeys(body, RULE_KEYS, `path ${quote(key)}: `);
  for (const item of body.items) if (LISTS.has(item.keys[0] ?? '')) checkList(item, key);
  const path = key.replace(/^\//, '');
  if (path.includes('+*')) {
    throw new PolicyError(`path ${quote(path)}: invalid use of wildcards ('+*' is forbidden)`);
  }
  const hasSegmentWildcards = path === '+' || path.includes('/+') || path.startsWith('+/');
  const isPrefix = path.endsWith('*') && !hasSegmentWildcards;
  const rules = {
    path: isPrefix ? path.slice(0, -1) : path,
    isPrefix,
    hasSegmentWildcards,
    capabilities: capabilitiesOf(body, key),
    allowedParameters: parameters(body, 'allowed_parameters', key),
    deniedParameters: parameters(body, 'denied_parameters', key),
    requiredParameters: strings(entryOf(body, 'required_parameters')).map((name) => name.toLowerCase()),
    minWrappingTtl: ttl(body, 'min_wrapping_ttl'),
    maxWrappingTtl: ttl(body, 'max_wrapping_ttl'),
  };
  if (rules.maxWrappingTtl !== 0 && rules.maxWrappingTtl < rules.minWrappingTtl) {
    throw new PolicyError('max_wrapping_ttl cannot be less than min_wrapping_ttl');
  }
  return rules;
}

/** `path "x" { … }`, or in JSON `"path": { "x": { … } }`, there also with a list of bodies. */
function rulesOf(item: HclItem): PolicyRule[] {
  const [, label] = item.keys;
  if (label !== undefined) return item.value instanceof HclObject ? [rule(label, item.value)] : [];
  const objects = (Array.isArray(item.value) ? item.value : [item.value]).filter(
    (value): value is HclObject => value instanceof HclObject,
  );
  return objects.flatMap((object) =>
    object.items.flatMap(({ keys, value }) =>
      (Array.isArray(value) ? value : [value])
        .filter((body): body is HclObject => body instanceof HclObject)
        .map((body) => rule(keys[0] ?? '', body)),
    ),
  );
}

/**
 * Reads a policy in HCL or JSON.
 *
 * @throws PolicyError
 */
export function parsePolicy(text: string): readonly PolicyRule[] {
  try {
    const root = parseHcl(text);
    checkKeys(root, new Set(['name', 'path']), '');
    return root.items.filter((item) => item.keys[0] === 'path').flatMap(rulesOf);
  } catch (error) {
    if (error instanceof HclError || error instanceof PolicyError) {
      throw new PolicyError(`failed to parse policy: ${error.message}`);
    }
    throw error;
  }
}
