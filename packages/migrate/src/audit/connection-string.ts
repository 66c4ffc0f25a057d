import type { FileKind } from './file-kind.js';
import type { Detection, Rule } from './rule.js';
import { isPlaceholder, isPlaceholderWord, isReference, looksRandom, strengthOf } from './value-strength.js';

export const connectionString: Rule = {
  id: 'connection-string',
  level: 'error',
  message: 'An address with a password in it',
};

/** Every address with a password in a text: `scheme://user:password@host…`, of any scheme. */
export function connectionStrings(text: string, kind: FileKind): readonly Detection[] {
  const found: Detection[] = [];
  let runEnd = 0;
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    // Of addresses that run into each other all end where the first does; so no character is looked at twice.
    if (at + 3 >= runEnd) runEnd = addressEnd(text, at + 3);
    const start = schemeStart(text, at);
    if (start === at) continue;
    const value = withoutPunctuation(text.slice(start, runEnd));
    const parts = addressParts(value);
    if (parts === undefined) continue;
    if (!hasPassword(parts, kind) && !hasSecretParameter(value, kind)) continue;
    found.push({ rule: connectionString, start, end: start + value.length, value });
    // What stands in its query is a part of it.
    at = runEnd - 3;
  }
  return found;
}

function hasPassword(parts: AddressParts, kind: FileKind): boolean {
  if (parts.password === undefined || isDocumentation(parts)) return false;
  return kind !== 'prose' || !/^[a-z]+$/i.test(parts.password);
}

const parameter =
  /[?&](?:(pass|password|passwd|pwd)|token|secret|sig|key|api_?key|access_?(?:key|token))=([^&#]{6,256})/i;

/** `?password=…`, as drivers and services take it. */
function hasSecretParameter(address: string, kind: FileKind): boolean {
  const [, isPassword, given = ''] = parameter.exec(address) ?? [];
  const strength = strengthOf(given);
  return strength === 'strong' || (strength === 'weak' && kind === 'settings' && isPassword !== undefined);
}

/** An address that is a secret's value but has nothing secret in it: no password, and a host that anybody has. */
export function isHarmlessAddress(value: string): boolean {
  const parts = addressParts(value);
  if (parts === undefined) return false;
  return parts.password === undefined ? isAnybodysHost(parts.host) : isDocumentation(parts);
}

/** The scheme, for the name that is proposed; in lower case. */
export const schemeOf = (value: string): string => value.slice(0, value.indexOf(':')).toLowerCase();

interface AddressParts {
  readonly user: string;
  readonly password: string | undefined;
  readonly host: string;
}

function addressParts(value: string): AddressParts | undefined {
  const head = /^[A-Za-z][A-Za-z0-9+.:-]{0,40}?:\/\//.exec(value)?.[0];
  if (head === undefined) return undefined;
  const rest = value.slice(head.length);
  const authority = rest.slice(0, authorityLength(rest));
  const at = authority.lastIndexOf('@');
  const [userinfo, host] = at === -1 ? ['', authority] : [authority.slice(0, at), authority.slice(at + 1)];
  const colon = userinfo.indexOf(':');
  if (colon === -1) return { user: userinfo, password: undefined, host: hostName(host) };
  const password = userinfo.slice(colon + 1);
  if (password.includes('/') && (password.length > 100 || !looksRandom(password)))
    return { user: '', password: undefined, host: '' };
  return {
    user: userinfo.slice(0, colon),
    password: password === '' ? undefined : decoded(password),
    host: hostName(host),
  };
}

// A password that nobody encoded may hold a slash, but then an @ follows it.
function authorityLength(rest: string): number {
  const end = rest.search(/[/?#]/);
  if (end === -1) return rest.length;
  const at = rest.slice(0, 256).lastIndexOf('@');
  const hasPassword = rest.slice(0, end).includes(':');
  if (at < end || !hasPassword || /^\d*$/.test(rest.slice(rest.indexOf(':') + 1, end))) return end;
  const after = rest.slice(at).search(/[/?#]/);
  return after === -1 ? rest.length : at + after;
}

const hostName = (host: string): string => host.replace(/:\d*$/, '').toLowerCase();

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Whether an address is one that documentation and local set-ups write: a password that is no password, or one that
 * everybody has (`user:password@localhost`, `test:test@localhost`, `postgres:postgres@127.0.0.1`).
 */
function isDocumentation({ user, password = '', host }: AddressParts): boolean {
  const isPattern = /[[\]{}<>]|^:/.test(user + password) || /[{}<>]/.test(host);
  if (isPattern || isReference(password) || isReference(user)) return true;
  const word = isPlaceholder(password) || isPlaceholderWord(password.replace(/\d+$/, ''));
  if (!isAnybodysHost(host)) return isPlaceholder(password) && !isPlaceholderWord(password);
  return word || (isLoopback(host) && password.toLowerCase() === user.toLowerCase()) || password.length < 4;
}

const isLoopback = (host: string): boolean =>
  /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|host\.docker\.internal)$/.test(host);

/** A host that is not one machine's name: this machine, a service of a compose file, a name reserved for examples. */
const isAnybodysHost = (host: string): boolean =>
  host === '' ||
  isLoopback(host) ||
  // The end is looked at: what stands before it may be anything.
  /(?:^|\.)(?:example|invalid|test|localhost)$|(?:^|\.)example\.(?:com|org|net)$|^[a-z0-9_-]*$/.test(host);

function schemeStart(text: string, colon: number): number {
  let start = colon;
  while (start > 0 && colon - start < 40 && /[A-Za-z0-9+.:-]/.test(text.charAt(start - 1))) start--;
  // What stands before may end with such a character too, as in `url:postgres://`.
  while (start < colon && !/[A-Za-z]/.test(text.charAt(start))) start++;
  const jdbc = text.slice(start, colon).lastIndexOf(':');
  return jdbc === -1 || text.slice(start, colon).startsWith('jdbc:') ? start : start + jdbc + 1;
}

function addressEnd(text: string, from: number): number {
  addressCharacters.lastIndex = from;
  addressCharacters.test(text);
  return Math.max(from, addressCharacters.lastIndex);
}

const addressCharacters = /[^\s"'`<>\\|^]{0,2048}/y;

/** Without the brackets and the punctuation of the sentence around it. */
const withoutPunctuation = (address: string): string =>
  /(?:\}\}|\$\{[^{}]{0,64}\})$/.test(address.slice(-68)) ? address : address.replace(/[),.;\]}]{1,16}$/, '');
