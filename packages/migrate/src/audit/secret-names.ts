/** The last word, or two, of a name that says that what it holds is secret. */
const nouns = new Set(
  (
    'password passwd passwort pwd pass passphrase passcode secret secrets token apikey apitoken apisecret authtoken ' +
    'accesskey accesstoken secretkey privatekey clientsecret credential credentials pat dsn ' +
    'api_key access_key secret_key private_key signing_key encryption_key encrypt_key decryption_key master_key ' +
    'auth_key hmac_key jwt_key session_key cookie_key app_key admin_key service_key account_key shared_key ' +
    'storage_key webhook_key server_key license_key integration_key deploy_key client_key nonce_key in_key'
  ).split(' '),
);

/** Words that make any `key` a secret: `ENCRYPTION_PRIMARY_KEY`. */
const keyed = new Set('encryption signing hmac secret private'.split(' '));

/** Words after the noun that change nothing: `PASSWORD_PROD`, `secretKeyValue`. */
const trailers = new Set(
  'value default prod production staging stage dev development test live old new current previous primary secondary base string b64 base64 pem 1 2 3'.split(
    ' ',
  ),
);

/** Words before the noun that make it something else: `publicKey` would be no secret, nor is a `csrfToken` in a form. */
const harmless = new Set(
  'public publishable next page continuation cancel cancellation sync csrf xsrf design color syntax css lexer parser no without forgot reset confirm show hide'.split(
    ' ',
  ),
);

/** The words of a name in any case: `dbPassword`, `DB_PASSWORD`, `db-password`, `db.password`, `APIKey`. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** Whether a name says that it names a secret, by its last words: `tokenType` and `PASSWORD_FILE` do not. */
export function namesSecret(name: string): boolean {
  const words = [...wordsOf(name)];
  while (words.length > 1 && trailers.has(words.at(-1) ?? '')) words.pop();
  const last = words.at(-1)?.replace(/[0-9]+$/, '') ?? '';
  const before = words.at(-2) ?? '';
  // The salt of a hash is public; one that an application has for itself is not.
  if (last === 'salt') return before !== '' && before !== 'password';
  const pair = `${before}_${last.replace(/^keys$/, 'key')}`;
  if (last === 'key' && words.some((word) => keyed.has(word))) return !harmless.has(before);
  if (nouns.has(pair)) return !harmless.has(words.at(-3) ?? '');
  return (
    (nouns.has(last) || /^(?!csrf|xsrf).{2,20}(?:password|passwd|secret|token)$/.test(last)) &&
    !harmless.has(before)
  );
}

/** The name that a setting gets: `db.password` and `dbPassword` are DB_PASSWORD. */
export const settingName = (name: string): string => wordsOf(name).join('_').toUpperCase();

const containers = new Set(
  'process env os environ import meta this self config settings options const deno bun'.split(' '),
);

/** The part of a name that says something: of `process.env.SECRET_KEY` the last, of `smtp.password` both. */
export function lastName(name: string): string {
  const parts = name.split('.').filter((part) => part !== '' && !containers.has(part.toLowerCase()));
  const last = parts.at(-1) ?? name;
  return parts.length > 1 && isGeneral(last) ? `${parts.at(-2)}.${last}` : last;
}

/** Whether a name alone does not say whose secret it is. */
export const isGeneral = (name: string): boolean =>
  /^(?:(?:API|SECRET|ACCESS|PRIVATE|AUTH)_)?(?:PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN|KEY|PASSPHRASE|VALUE|AUTH)$|^API(?:KEY|TOKEN)$/.test(
    settingName(name),
  ) && settingName(name) !== 'SECRET_KEY';
