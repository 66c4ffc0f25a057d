import type { $ZodRawIssue, $ZodType, ParsePayload } from 'zod/v4/core';
import { coerce } from './coercion.js';
import type { Setting } from './definition.js';
import { frozenCopy } from './frozen-copy.js';
import type { Patience } from './patience.js';
import { acceptedInput, acceptsNothing, transforms } from './schema.js';

/** A setting's value, or the words for what is wrong with it. */
export type Validated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** Validates a raw value of a source: coerced first, then by the setting's schema. */
export async function validate(setting: Setting, raw: unknown, patience: Patience): Promise<Validated> {
  const coerced = coerce(raw, acceptedInput(setting.schema));
  return coerced.ok ? run(setting, coerced.value, patience) : coerced;
}

/** Validates a declared default. It is of the schema's output type, so a schema that transforms cannot check it. */
export async function validateDefault(
  setting: Setting,
  value: unknown,
  patience: Patience,
): Promise<Validated> {
  return transforms(setting.schema) ? { ok: true, value: frozenCopy(value) } : run(setting, value, patience);
}

/** The value of a setting that no source has: only a schema that accepts nothing has one. */
export async function validateNothing(setting: Setting, patience: Patience): Promise<Validated> {
  return acceptsNothing(setting.schema)
    ? run(setting, undefined, patience)
    : { ok: false, reason: 'is missing' };
}

async function run(setting: Setting, input: unknown, patience: Patience): Promise<Validated> {
  try {
    const parsed = parse(setting.schema, input);
    const { value, issues } = parsed instanceof Promise ? await patience.waitFor(parsed) : parsed;
    if (issues.length === 0) return { ok: true, value: frozenCopy(value) };
    const reasons = issues.map((issue) => describeIssue(issue, setting));
    return { ok: false, reason: [...new Set(reasons)].join('; ') };
  } catch {
    // A refinement or transform of the application threw: its message may quote the value.
    return { ok: false, reason: patience.ended ? 'was not validated in time' : 'makes its own schema throw' };
  }
}

/**
 * What zod's own parse functions do, without an import of zod: one copy of zod, the application's. The standard
 * interface would not do: it tries every schema synchronously first and lets go of the promises that it meets,
 * and an asynchronous refinement that rejects then ends the process with a message that may quote the value.
 */
function parse(schema: $ZodType, value: unknown): ParsePayload | Promise<ParsePayload> {
  return schema._zod.run({ value, issues: [] }, { async: true });
}

/**
 * Says what is wrong from the issue's code and the schema's own limits. Never zod's message, which may quote
 * the input, and of a secret neither inner paths nor allowed values. A refinement of the application makes
 * issues of its own and can put the value into any text of them, so only words that are known go on.
 */
function describeIssue(issue: $ZodRawIssue, setting: Setting): string {
  const secret = setting.kind === 'secret';
  const path = issue.path ?? [];
  const at = path.length === 0 ? '' : secret ? 'inside, ' : `at ${path.map(String).join('.')}, `;
  switch (issue.code) {
    case 'invalid_type':
      return `${at}is not ${known(issue.expected) ? `of the type ${issue.expected}` : 'of the type that the schema asks for'}`;
    case 'too_small':
      return `${at}is too small${measure('at least', issue.origin, issue.minimum)}`;
    case 'too_big':
      return `${at}is too big${measure('at most', issue.origin, issue.maximum)}`;
    case 'invalid_format':
      return `${at}does not have the form ${known(issue.format) ? issue.format : 'that the schema asks for'}`;
    case 'not_multiple_of':
      return `${at}is not a multiple of what the schema asks for`;
    case 'invalid_value':
      return secret
        ? `${at}is none of the allowed values`
        : `${at}is none of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `${at}has keys that the schema does not know`;
    default:
      return `${at}does not satisfy its schema`;
  }
}

/** The types and forms that zod itself knows by a word that means something to people. */
const words = new Set(
  (
    'string number int boolean bigint null undefined date array object tuple record map set ' +
    'email url uuid guid nanoid cuid cuid2 ulid xid ksuid datetime time duration ipv4 ipv6 cidrv4 cidrv6 mac ' +
    'base64 base64url e164 lowercase uppercase jwt'
  ).split(' '),
);

const known = (word: string): boolean => words.has(word);

function measure(bound: string, origin: string, limit: unknown): string {
  if (typeof limit !== 'number' && typeof limit !== 'bigint') return '';
  if (origin === 'string') return `: ${bound} ${limit} characters`;
  if (origin === 'array' || origin === 'set' || origin === 'map') return `: ${bound} ${limit} entries`;
  return `: ${bound} ${limit}`;
}
