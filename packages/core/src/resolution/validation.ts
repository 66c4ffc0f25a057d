import type { $ZodType, ParsePayload } from 'zod/v4/core';
import type { Setting } from '../definition/definition.js';
import { frozenCopy } from '../definition/frozen-copy.js';
import { acceptedInput, acceptsNothing, transforms } from '../definition/schema.js';
import type { Patience } from '../patience.js';
import { coerce } from './coercion.js';
import { describeIssue } from './issue-text.js';

/** A setting's value, or the words for what is wrong with it. */
export type Validated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** At once, unless the schema waits for something: a promise for each of many settings is what a start would notice. */
export type Validation = Validated | Promise<Validated>;

/** Validates a raw value of a source: coerced first, then by the setting's schema. */
export function validate(setting: Setting, raw: unknown, patience: Patience): Validation {
  const { schema } = setting;
  // Most of all settings: text, for a schema that takes any text as it is.
  if (typeof raw === 'string' && schema._zod.def.type === 'string') return run(setting, raw, patience);
  const coerced = coerce(raw, acceptedInput(schema));
  return coerced.ok ? run(setting, coerced.value, patience) : coerced;
}

/** Validates a declared default. It is of the schema's output type, so a schema that transforms cannot check it. */
export function validateDefault(setting: Setting, value: unknown, patience: Patience): Validation {
  return transforms(setting.schema) ? { ok: true, value: frozenCopy(value) } : run(setting, value, patience);
}

/** The value of a setting that no source has: only a schema that accepts nothing has one. */
export function validateNothing(setting: Setting, patience: Patience): Validation {
  return acceptsNothing(setting.schema)
    ? run(setting, undefined, patience)
    : { ok: false, reason: 'is missing' };
}

function run(setting: Setting, input: unknown, patience: Patience): Validation {
  const judge = ({ value, issues }: ParsePayload): Validated => {
    if (issues.length === 0) return { ok: true, value: frozenCopy(value) };
    const reasons = issues.map((issue) => describeIssue(issue, setting));
    return { ok: false, reason: [...new Set(reasons)].join('; ') };
  };
  // A refinement or transform of the application threw: its message may quote the value.
  const threw = (): Validated => ({
    ok: false,
    reason: patience.ended ? 'was not validated in time' : 'makes its own schema throw',
  });
  try {
    const parsed = parse(setting.schema, input);
    return parsed instanceof Promise ? patience.waitFor(parsed).then(judge).catch(threw) : judge(parsed);
  } catch {
    return threw();
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
