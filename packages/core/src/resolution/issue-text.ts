import type { $ZodRawIssue, $ZodType } from 'zod/v4/core';
import type { Setting } from '../definition/definition.js';
import { outermostString } from '../definition/schema.js';

/**
 * Says what is wrong from the issue's code and the schema's own limits. Never zod's message, which may quote
 * the input, and of a secret neither inner paths nor allowed values. A refinement of the application makes
 * issues of its own and can put the value into any text of them, so only words that are known go on.
 *
 * @returns what comes after "the value"
 */
export function describeIssue(issue: $ZodRawIssue, setting: Setting): string {
  const secret = setting.kind === 'secret';
  const path = issue.path ?? [];
  const at = path.length === 0 ? '' : secret ? 'has a part that ' : `at ${path.map(String).join('.')} `;
  return at + fault(issue, secret, path.length === 0 ? setting.schema : undefined);
}

function fault(issue: $ZodRawIssue, secret: boolean, schema: $ZodType | undefined): string {
  switch (issue.code) {
    case 'invalid_type':
      return `is not ${wordFor(types, issue.expected) ?? 'of the type that the schema asks for'}`;
    case 'too_small':
      return beyond(issue.origin, issue.minimum, issue.inclusive !== false, least);
    case 'too_big':
      return beyond(issue.origin, issue.maximum, issue.inclusive !== false, most);
    case 'invalid_format':
      return invalidFormat(issue, schema);
    case 'not_multiple_of':
      return 'is not a multiple of what the schema asks for';
    case 'invalid_value':
      return secret ? 'is none of the allowed values' : `is none of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return 'has keys that the schema does not know';
    default:
      return 'does not satisfy its schema';
  }
}

function invalidFormat(issue: { format: string; note?: unknown }, schema: $ZodType | undefined): string {
  if (issue.format === 'url' && issue.note === 'Invalid protocol') {
    return `is a URL, but not with the protocol that the schema asks for${pattern(schema, 'protocol')}`;
  }
  if (issue.format === 'url' && issue.note === 'Invalid hostname') {
    return `is a URL, but not with the host that the schema asks for${pattern(schema, 'hostname')}`;
  }
  const word = wordFor(formats, issue.format);
  return word === undefined ? 'does not have the form that the schema asks for' : `is not ${word}`;
}

/** Taken from the schema, never from the issue, which may be one of the application's own making. */
function pattern(schema: $ZodType | undefined, part: 'protocol' | 'hostname'): string {
  const wanted: unknown = schema === undefined ? undefined : outermostString(schema)?.[part];
  return wanted instanceof RegExp ? `: ${wanted}` : '';
}

interface Bound {
  readonly text: string;
  readonly number: string;
  readonly entries: string;
  readonly date: string;
  readonly inclusive: string;
  readonly exclusive: string;
}

const least: Bound = {
  text: 'is too short',
  number: 'is too small',
  entries: 'has too few entries',
  date: 'is too early',
  inclusive: 'at least',
  exclusive: 'more than',
};

const most: Bound = {
  text: 'is too long',
  number: 'is too big',
  entries: 'has too many entries',
  date: 'is too late',
  inclusive: 'at most',
  exclusive: 'less than',
};

function beyond(origin: string, limit: unknown, inclusive: boolean, bound: Bound): string {
  const words = inclusive ? bound.inclusive : bound.exclusive;
  const known = typeof limit === 'number' || typeof limit === 'bigint';
  const than = (unit: string) => (known ? `: ${words} ${limit}${unit}` : '');
  switch (origin) {
    case 'string':
      return bound.text + than(limit === 1 ? ' character' : ' characters');
    case 'array':
    case 'set':
    case 'map':
      return bound.entries + than('');
    case 'date':
      return bound.date + dateLimit(limit, words);
    default:
      return bound.number + than('');
  }
}

function dateLimit(limit: unknown, words: string): string {
  const date = new Date(limit instanceof Date || typeof limit === 'number' ? limit : Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : `: ${words} ${date.toISOString()}`;
}

/** The types and formats that zod itself knows, in words that mean something to people. */
const types: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'a boolean',
  null: 'null',
  undefined: 'left out',
  date: 'a date',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  map: 'a map',
  set: 'a set',
};

const formats: Readonly<Record<string, string>> = {
  email: 'an email address',
  url: 'a URL',
  uuid: 'a UUID',
  guid: 'a GUID',
  nanoid: 'a nanoid',
  cuid: 'a cuid',
  cuid2: 'a cuid2',
  ulid: 'a ULID',
  xid: 'an XID',
  ksuid: 'a KSUID',
  datetime: 'a date and time in ISO 8601 form',
  date: 'a date in ISO 8601 form (2030-12-31)',
  time: 'a time in ISO 8601 form (23:59:59)',
  duration: 'a duration in ISO 8601 form (PT15M)',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidrv4: 'a range of IPv4 addresses (10.0.0.0/8)',
  cidrv6: 'a range of IPv6 addresses (fd00::/8)',
  mac: 'a MAC address',
  base64: 'base64',
  base64url: 'base64url',
  e164: 'a telephone number in E.164 form (+4930123456)',
  lowercase: 'in lower case',
  uppercase: 'in upper case',
  jwt: 'a JSON Web Token',
};

const wordFor = (words: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined;
