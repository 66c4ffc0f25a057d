import type { $ZodType, ParsePayload } from 'zod/v4/core';

/**
 * The schema of a setting without one of its own: text that is not empty, as `z.string().min(1)` takes it. It
 * stands where a setting has options and no schema, and has no methods: what says more is a zod schema.
 *
 * @example plain(text, { default: 'eu-west-1' })
 */
export const text: $ZodType<string, string> = Object.freeze({
  _zod: Object.freeze({ def: Object.freeze({ type: 'string' }), run }),
  // Of a schema core asks for these two and nothing else; to import zod for the rest of one costs more than all of core.
}) as unknown as $ZodType<string, string>;

/** Answers with the same issues as zod does, so that an error is worded in the same way. */
function run(payload: ParsePayload): ParsePayload {
  const { value: input, issues } = payload;
  if (typeof input !== 'string') issues.push({ code: 'invalid_type', expected: 'string', input, inst: text });
  else if (input === '') {
    issues.push({ code: 'too_small', origin: 'string', minimum: 1, inclusive: true, input, inst: text });
  }
  return payload;
}
