import type { Problem } from '../errors/errors.js';
import { settledAt, type Trail } from './trail.js';

/**
 * Tells one version of a value that is not valid from another, so that each is reported once. Without a
 * revision it is a fingerprint, keyed anew in every process and kept in it.
 */
export function refusalMark(trail: Trail, { name, code }: Problem): string {
  const lookup = trail.steps[settledAt(trail)]?.lookup;
  if (lookup?.status !== 'found') return JSON.stringify([name, code]);
  const { locator, revision, value } = lookup;
  return JSON.stringify([name, code, locator, revision ?? fingerprint(value)]);
}

let key: Buffer | undefined;

function fingerprint(value: unknown): string {
  // Not imported, as in the resolver: a start refuses nothing.
  const { createHmac, randomBytes } = process.getBuiltinModule('node:crypto');
  key ??= randomBytes(32);
  return createHmac('sha256', key)
    .update(JSON.stringify(value) ?? '')
    .digest('base64');
}
