import { wordsOf } from './mapping-name.js';

/** Why an entry outside of the definition looks like a secret, in words that tell nothing of its value. */
export function secretLook(name: string, value: unknown): string | undefined {
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (!describing.has(last)) {
    const word = words.findLast((each) => telling.has(each));
    if (word !== undefined) return `its name has the word ${word}`;
    if (/^keys?$/.test(last) && !openKeys.has(words.at(-2) ?? '')) return `its name ends with ${last}`;
  }
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([key, part]) =>
      secretLook(Array.isArray(value) ? '' : key, part),
    );
    return parts.some((look) => look !== undefined) ? 'a part of it looks like a secret' : undefined;
  }
  if (typeof value !== 'string') return undefined;
  return forms.find(([, form]) => form.test(value))?.[0];
}

const telling = new Set([
  'apikey',
  'credential',
  'credentials',
  'dsn',
  'pass',
  'passphrase',
  'passwd',
  'password',
  'passwords',
  'pepper',
  'pw',
  'pwd',
  'salt',
  'secret',
  'secrets',
  'token',
  'tokens',
]);

/** `TOKEN_TTL` and `PASSWORD_MIN_LENGTH` say something of a secret and are none. */
const describing = new Set([
  'algorithm',
  'attempts',
  'count',
  'days',
  'enabled',
  'endpoint',
  'expiration',
  'expires',
  'expiry',
  'field',
  'file',
  'header',
  'hours',
  'id',
  'issuer',
  'lifetime',
  'length',
  'limit',
  'max',
  'min',
  'minutes',
  'name',
  'path',
  'policy',
  'prefix',
  'required',
  'rounds',
  'seconds',
  'timeout',
  'ttl',
  'type',
  'uri',
  'url',
  'version',
]);

const openKeys = new Set(['foreign', 'partition', 'primary', 'public', 'publishable', 'site', 'sort']);

const forms: readonly (readonly [why: string, form: RegExp])[] = [
  ['its value is a URL with a password in it', /^[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i],
  ['its value is a private key', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/],
  [
    'its value has the form of a token',
    /^(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|hvs\.|eyJ)[\w.-]{16,}$/,
  ],
];
