import type { $ZodType } from 'zod/v4/core';
import { StrongroomError } from '../errors/errors.js';

/**
 * Refuses what only stands in the place of a schema: plain JavaScript would find out in the depths of zod.
 *
 * @throws StrongroomError `DEFINITION_INVALID`
 */
export function checkSchema(owner: string, schema: unknown): asserts schema is $ZodType {
  if (isObject(schema) && isObject(schema['_zod']) && isObject(schema['_zod']['def'])) return;
  const isOld = isObject(schema) && '_def' in schema;
  const got = isOld ? 'one of zod 3' : schema === undefined ? 'nothing' : 'something else';
  throw new StrongroomError(
    'DEFINITION_INVALID',
    `${owner} wants a schema of zod 4, such as z.string(), and got ${got}`,
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
