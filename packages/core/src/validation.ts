import type { $ZodIssue, $ZodType } from 'zod/v4/core';
import { coerce } from './coercion.js';
import type { Setting } from './definition.js';
import { frozenCopy } from './frozen-copy.js';
import { acceptsNothing, inputKinds, transforms } from './schema.js';

/** A setting's value, or the words for what is wrong with it. */
export type Validated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** Validates a raw value of a source: coerced first, then by the setting's schema. */
export async function validate(setting: Setting, raw: unknown): Promise<Validated> {
  const coerced = coerce(raw, inputKinds(setting.schema));
  return coerced.ok ? run(setting, coerced.value) : coerced;
}

/** Validates a declared default. It is of the schema's output type, so a schema that transforms cannot check it. */
export async function validateDefault(setting: Setting, value: unknown): Promise<Validated> {
  return transforms(setting.schema) ? { ok: true, value: frozenCopy(value) } : run(setting, value);
}

/** The value of a setting that no source has: only a schema that accepts nothing has one. */
export async function validateNothing(setting: Setting): Promise<Validated> {
  return acceptsNothing(setting.schema) ? run(setting, undefined) : { ok: false, reason: 'is missing' };
}

async function run(setting: Setting, input: unknown): Promise<Validated> {
  try {
    const result = await validateStandard(setting.schema, input);
    if (result.issues === undefined) {
      return { ok: true, value: frozenCopy(result.value) };
    }
    const reasons = result.issues.map((issue) => describeIssue(issue, setting));
    return { ok: false, reason: [...new Set(reasons)].join('; ') };
  } catch {
    // A refinement or transform of the application threw: its message may quote the value.
    return { ok: false, reason: 'makes its own schema throw' };
  }
}

interface StandardResult {
  readonly value?: unknown;
  readonly issues?: readonly $ZodIssue[] | undefined;
}

function validateStandard(schema: $ZodType, input: unknown): StandardResult | Promise<StandardResult> {
  // Through the schema's own method rather than an import of zod: one copy of zod, the application's.
  // zod's issues are richer than the standard's; the extra fields are read with care below.
  return schema['~standard'].validate(input) as StandardResult | Promise<StandardResult>;
}

/**
 * Says what is wrong from the issue's code and the schema's own limits. Never zod's message, which may quote
 * the input, and of a secret neither inner paths nor allowed values.
 */
function describeIssue(issue: $ZodIssue, setting: Setting): string {
  const secret = setting.kind === 'secret';
  const path = issue.path ?? [];
  const at = path.length === 0 ? '' : secret ? 'inside, ' : `at ${path.map(String).join('.')}, `;
  switch (issue.code) {
    case 'invalid_type':
      return `${at}is not of the type ${issue.expected}`;
    case 'too_small':
      return `${at}is too small: at least ${measure(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `${at}is too big: at most ${measure(issue.origin, issue.maximum)}`;
    case 'invalid_format':
      return `${at}does not have the form ${issue.format === 'regex' ? 'that the schema asks for' : issue.format}`;
    case 'not_multiple_of':
      return `${at}is no multiple of ${issue.divisor}`;
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

function measure(origin: string, limit: number | bigint): string {
  if (origin === 'string') return `${limit} characters`;
  if (origin === 'array' || origin === 'set' || origin === 'map') return `${limit} entries`;
  return String(limit);
}
