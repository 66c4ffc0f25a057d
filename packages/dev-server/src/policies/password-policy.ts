import { randomInt } from 'node:crypto';
import { framed } from '../logical/logical-fault.js';
import { type HclItem, HclObject, type HclValue, parseHcl } from './hcl-parser.js';
import { HclError } from './hcl-scanner.js';

/** A password policy makes no sense, or no password came of it; the message is Vault's. */
export class PasswordPolicyError extends Error {}

interface CharsetRule {
  readonly charset: readonly string[];
  readonly minChars: number;
}

/** How passwords are made: from all characters of the rules, enough of each. */
export interface PasswordPolicy {
  readonly length: number;
  readonly rules: readonly CharsetRule[];
}

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** More characters than that do not fit in the byte that one is chosen with. */
const MAX_CHARSET = 256;

function goKind(value: HclValue): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'slice';
}

const goType = (value: HclValue): string => {
  if (value instanceof HclObject) return '[]map[string]interface {}';
  return Array.isArray(value) ? '[]interface {}' : goKind(value);
};

const shown = (value: HclValue): string => (Array.isArray(value) ? `[${value.join(' ')}]` : String(value));

const wrongType = (name: string, expected: string, value: HclValue): string =>
  `'${name}' expected type '${expected}', got unconvertible type '${goType(value)}', value: '${shown(value)}'`;

/** Collects what is wrong with the values of an object, to tell it at once. */
class Decoder {
  readonly #problems: string[] = [];
  readonly #items: readonly HclItem[];

  constructor(object: HclObject) {
    this.#items = object.items;
  }

  /** The last one of the name, in whatever case. */
  private value(name: string): HclValue | undefined {
    return this.#items.findLast(({ keys }) => keys.length === 1 && keys[0]?.toLowerCase() === name)?.value;
  }

  integer(name: string): number {
    const value = this.value(name);
    if (value === undefined) return 0;
    if (typeof value === 'number') return Math.trunc(value);
    this.#problems.push(wrongType(name, 'int', value));
    return 0;
  }

  characters(name: string): readonly string[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (typeof value === 'string') return [...value];
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        this.#problems.push(wrongType(`${name}[${index}]`, 'int32', item));
      }
    } else {
      this.#problems.push(`'${name}': source data must be an array or slice, got ${goKind(value)}`);
    }
    return [];
  }

  /** @throws PasswordPolicyError */
  finish(what: string): void {
    const problems = this.#problems.sort();
    if (problems.length === 0) return;
    const list = problems.map((problem) => `* ${problem}`).join('\n');
    throw new PasswordPolicyError(`${what}: ${problems.length} error(s) decoding:\n\n${list}`);
  }
}

function charsetRule(type: string, body: HclObject): CharsetRule {
  if (type !== 'charset') {
    throw new PasswordPolicyError(
      `unable to parse rules: unable to parse rule ${type}: unrecognized rule type ${type}`,
    );
  }
  const decoder = new Decoder(body);
  const rule = { charset: decoder.characters('charset'), minChars: decoder.integer('min-chars') };
  decoder.finish('unable to parse rules: unable to parse rule charset: failed to parse charset restriction');
  return rule;
}

/** `rule "charset" { … }`, or in JSON `"rule": [{ "charset": { … } }]`. */
function rulesOf({ keys: [, label], value }: HclItem): CharsetRule[] {
  if (label !== undefined) return value instanceof HclObject ? [charsetRule(label, value)] : [];
  const objects = Array.isArray(value) ? value : [value];
  return objects.map((object) => {
    if (!(object instanceof HclObject)) {
      throw new PasswordPolicyError(
        `unable to retrieve rules: '': source data must be an array or slice, got ${goKind(object)}`,
      );
    }
    const [item] = object.items;
    if (item === undefined) {
      throw new PasswordPolicyError('unable to parse rules: unable to get rule info: rule is empty');
    }
    const [body] = Array.isArray(item.value) ? item.value : [item.value];
    if (!(body instanceof HclObject)) {
      throw new PasswordPolicyError(
        'unable to parse rules: unable to get rule info: rule info cannot be empty',
      );
    }
    return charsetRule(item.keys[0] ?? '', body);
  });
}

const charsetOf = (policy: PasswordPolicy): string[] => [
  ...new Set(policy.rules.flatMap(({ charset }) => charset)),
];

function check(policy: PasswordPolicy): void {
  const problems: string[] = [];
  const least = policy.rules.reduce((sum, { minChars }) => sum + minChars, 0);
  if (policy.length <= 0) {
    problems.push('length must be > 0');
  } else if (policy.length < least) {
    problems.push(`specified rules require at least ${least} characters but ${policy.length} is specified`);
  }
  const charset = charsetOf(policy);
  if (charset.length === 0) {
    problems.push('no charset specified');
  } else if (!charset.every((character) => PRINTABLE.test(character))) {
    problems.push('non-printable character in charset');
  }
  if (problems.length > 0) throw new PasswordPolicyError(framed(...problems));
}

/**
 * Reads a password policy in HCL or JSON.
 *
 * @throws PasswordPolicyError
 */
export function parsePasswordPolicy(text: string): PasswordPolicy {
  let root: HclObject;
  try {
    root = parseHcl(text);
  } catch (error) {
    throw error instanceof HclError ? new PasswordPolicyError(`unable to decode: ${error.message}`) : error;
  }
  const decoder = new Decoder(root);
  const length = decoder.integer('length');
  decoder.finish('failed to decode configuration');
  const policy = { length, rules: root.items.filter(({ keys }) => keys[0] === 'rule').flatMap(rulesOf) };
  check(policy);
  return policy;
}

const passes = (candidate: readonly string[], { charset, minChars }: CharsetRule): boolean =>
  candidate.filter((character) => charset.includes(character)).length >= minChars;

/**
 * Makes passwords until one fits.
 *
 * @param deadline when to give up, as `performance.now()` counts
 * @throws PasswordPolicyError
 */
export function makePassword(policy: PasswordPolicy, deadline: number): string {
  const charset = charsetOf(policy);
  if (charset.length > MAX_CHARSET) {
    throw new PasswordPolicyError(
      `unable to generate random characters: charset is too long: limited to ${MAX_CHARSET - 1} characters`,
    );
  }
  while (performance.now() < deadline) {
    const candidate = Array.from({ length: policy.length }, () => charset[randomInt(charset.length)] ?? '');
    if (policy.rules.every((rule) => passes(candidate, rule))) return candidate.join('');
  }
  throw new PasswordPolicyError('timed out generating string');
}
