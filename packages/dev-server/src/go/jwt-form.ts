import { parseJson } from '../json/json-parser.js';
import type { JsonValue } from '../json/json-value.js';
import { base64UrlFault } from './base64.js';
import { jsonProblem } from './json-problem.js';

/** What a part of a JWT says. */
export const decodedPart = (part: string): string => Buffer.from(part, 'base64url').toString('utf8');

/** A text as JSON; undefined where it is none. */
export function jsonOf(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with the form of a JWT, before anybody looks who signed it. */
export function jwtProblem(token: string): string | undefined {
  const parts = token.replace(/\s/g, '').split('.');
  if (parts.length !== 3) return 'square/go-jose: compact JWS format must have three parts';
  const fault = parts.map(base64UrlFault).find((at) => at !== undefined);
  if (fault !== undefined) return `illegal base64 data at input byte ${fault}`;
  const header = decodedPart(parts[0] ?? '');
  return header !== '' && jsonOf(header) === undefined ? jsonProblem(header) : undefined;
}
