// Over 250 lines: it is one table.
import type { Detection, Rule } from './rule.js';
import { isPlaceholder, isReference, looksRandom } from './value-strength.js';

/** A kind of token that is known by its shape. */
interface Shape {
  readonly rule: Rule;
  /** What each such token has in it: where a text does not hold it, the pattern is not tried. */
  readonly marks: readonly string[];
  /** Bounded in every part, so that no text makes it slow. The group `value`, if there is one, is the token. */
  readonly pattern: RegExp;
  /** The name that is proposed where the code gives none. */
  readonly name: string;
  readonly accepts: (token: string) => boolean;
}

// The ends of a token: no letter, digit or sign of one may follow or come before.
const head = '(?<![A-Za-z0-9_-])';
const tail = '(?![A-Za-z0-9_-])';

function shape(
  id: string,
  what: string,
  name: string,
  marks: readonly string[],
  token: string,
  accepts: Shape['accepts'] = looksGenuine,
): Shape {
  const rule = { id, level: 'error', message: `${what} stands in the code` } as const;
  return { rule, marks, name, accepts, pattern: new RegExp(`${head}(?:${token})${tail}`, 'g') };
}

const looksGenuine = (token: string): boolean => !isPlaceholder(token) && distinct(token) >= 10;
const distinct = (token: string): number => new Set(token).size;

/** What secretlint's preset has not, or finds in part only. */
const shapes: readonly Shape[] = [
  shape(
    'aws-access-key',
    'An access key id of AWS',
    'AWS_ACCESS_KEY_ID',
    ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}',
    (token) => !token.endsWith('EXAMPLE') && distinct(token) >= 8,
  ),
  shape(
    'stripe-key',
    'A secret key of Stripe',
    'STRIPE_SECRET_KEY',
    ['k_live_', 'k_test_'],
    '[sr]k_(?:live|test)_[A-Za-z0-9]{16,128}',
  ),
  shape(
    'stripe-webhook-secret',
    'The secret of a webhook of Stripe',
    'STRIPE_WEBHOOK_SECRET',
    ['whsec_'],
    'whsec_[A-Za-z0-9+/=]{24,128}',
  ),
  shape('google-api-key', 'An API key of Google', 'GOOGLE_API_KEY', ['AIza'], 'AIza[A-Za-z0-9_-]{35}'),
  shape(
    'google-client-secret',
    'An OAuth client secret of Google',
    'GOOGLE_CLIENT_SECRET',
    ['GOCSPX-'],
    'GOCSPX-[A-Za-z0-9_-]{28}',
  ),
  shape(
    'google-token',
    'An OAuth token of Google',
    'GOOGLE_TOKEN',
    ['ya29.'],
    'ya29\\.[A-Za-z0-9_-]{40,1024}',
  ),
  shape('twilio-key', 'An API key of Twilio', 'TWILIO_API_KEY', ['SK'], 'SK[0-9a-f]{32}'),
  shape(
    'openai-key',
    'A secret key of OpenAI, or of a service with keys of the same shape',
    'OPENAI_API_KEY',
    ['sk-'],
    'sk-(?:[a-z]{2,10}-)?(?:v1-)?[A-Za-z0-9_-]{32,256}',
    (token) => looksGenuine(token) && !token.startsWith('sk-ant-') && looksRandom(token.slice(3)),
  ),
  shape(
    'vault-token',
    'A token of Vault',
    'VAULT_TOKEN',
    ['hvs.', 'hvb.', 'hvr.', 's.', 'b.'],
    '(?:hv[sbr]\\.[A-Za-z0-9_-]{24,512}|[sb]\\.[A-Za-z0-9]{24})',
    (token) => looksGenuine(token) && (token.startsWith('hv') || looksLikeOldVaultToken(token)),
  ),
  shape('pypi-token', 'A token of PyPI', 'PYPI_TOKEN', ['pypi-'], 'pypi-[A-Za-z0-9_-]{80,512}'),
  shape('rubygems-key', 'An API key of RubyGems', 'RUBYGEMS_API_KEY', ['rubygems_'], 'rubygems_[0-9a-f]{48}'),
  shape(
    'docker-token',
    'A token of Docker Hub',
    'DOCKER_TOKEN',
    ['dckr_'],
    'dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,64}',
  ),
  shape('mailgun-key', 'An API key of Mailgun', 'MAILGUN_API_KEY', ['key-'], 'key-[0-9a-f]{32}'),
  shape(
    'mailchimp-key',
    'An API key of Mailchimp',
    'MAILCHIMP_API_KEY',
    ['-us'],
    '[0-9a-f]{32}-us[0-9]{1,2}',
  ),
  shape(
    'telegram-token',
    'The token of a Telegram bot',
    'TELEGRAM_BOT_TOKEN',
    [':AA'],
    '[0-9]{8,10}:AA[A-Za-z0-9_-]{33}',
  ),
  shape(
    'discord-webhook',
    'A webhook of Discord',
    'DISCORD_WEBHOOK_URL',
    ['/api/webhooks/'],
    'https://(?:ptb\\.|canary\\.)?discord(?:app)?\\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,72}',
  ),
  shape(
    'digitalocean-token',
    'A token of DigitalOcean',
    'DIGITALOCEAN_TOKEN',
    ['do_v1_', 'dop_v1_', 'doo_v1_', 'dor_v1_'],
    'do[opr]_v1_[0-9a-f]{64}',
  ),
  shape('firecrawl-key', 'An API key of Firecrawl', 'FIRECRAWL_API_KEY', ['fc-'], 'fc-[0-9a-f]{32}'),
  shape(
    'new-relic-key',
    'A key of New Relic',
    'NEW_RELIC_API_KEY',
    ['NRAK-', 'NRJS-', 'NRII-'],
    'NR(?:AK|II)-[A-Za-z0-9_-]{27,42}',
  ),
  shape(
    'square-token',
    'A token of Square',
    'SQUARE_ACCESS_TOKEN',
    ['EAAA', 'sq0csp-'],
    'sq0csp-[A-Za-z0-9_-]{43}|EAAA[A-Za-z0-9_-]{60}',
  ),
  shape(
    'postman-key',
    'An API key of Postman',
    'POSTMAN_API_KEY',
    ['PMAK-'],
    'PMAK-[0-9a-f]{24}-[0-9a-f]{34}',
  ),
  shape(
    'atlassian-token',
    'A token of Atlassian',
    'ATLASSIAN_TOKEN',
    ['ATATT3', 'ATCTT3'],
    'AT[AC]TT3[A-Za-z0-9_=-]{180,250}',
  ),
  shape(
    'terraform-token',
    'A token of Terraform Cloud',
    'TERRAFORM_TOKEN',
    ['.atlasv1.'],
    '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{60,80}',
  ),
  shape(
    'doppler-token',
    'A token of Doppler',
    'DOPPLER_TOKEN',
    ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.'],
    'dp\\.(?:pt|st|ct|sa)\\.(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}',
  ),
  shape(
    'planetscale-secret',
    'A password or token of PlanetScale',
    'PLANETSCALE_PASSWORD',
    ['pscale_'],
    'pscale_(?:pw|tkn|oauth)_[A-Za-z0-9_.-]{32,64}',
  ),
  shape(
    'supabase-key',
    'A token of Supabase',
    'SUPABASE_ACCESS_TOKEN',
    ['sbp_', 'sb_secret_'],
    'sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{24,64}',
  ),
  shape(
    'mapbox-token',
    'A secret token of Mapbox',
    'MAPBOX_TOKEN',
    ['sk.eyJ'],
    'sk\\.eyJ[A-Za-z0-9_-]{40,200}\\.[A-Za-z0-9_-]{20,40}',
  ),
  shape(
    'sentry-token',
    'A token of Sentry',
    'SENTRY_AUTH_TOKEN',
    ['sntrys_', 'sntryu_'],
    'sntrys_eyJ[A-Za-z0-9+/=_-]{60,400}|sntryu_[0-9a-f]{64}',
  ),
  shape(
    'resend-key',
    'An API key of Resend',
    'RESEND_API_KEY',
    ['re_'],
    're_[A-Za-z0-9]{6,12}_[A-Za-z0-9]{20,28}',
    (token) => looksGenuine(token) && looksRandom(token),
  ),
  shape(
    'azure-storage-key',
    'The key of an Azure account',
    'AZURE_STORAGE_KEY',
    ['AccountKey=', 'SharedAccessKey='],
    '(?:Account|SharedAccess)Key=(?<value>[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==)',
  ),
  shape(
    'age-key',
    'A private key of age',
    'AGE_SECRET_KEY',
    ['AGE-SECRET-KEY-1'],
    'AGE-SECRET-KEY-1[0-9A-Z]{58}',
  ),
  shape(
    'jwt',
    'A JSON Web Token',
    'ACCESS_TOKEN',
    ['eyJ'],
    'eyJ[A-Za-z0-9_-]{10,2048}\\.eyJ[A-Za-z0-9_-]{4,4096}\\.[A-Za-z0-9_-]{20,1024}',
    isToken,
  ),
  shape(
    'command-line-login',
    'A login on a command line',
    'SERVICE_PASSWORD',
    ['curl '],
    'curl [^\\n|;]{0,200}?(?:-u|--user)[= ]["\']?[^\\s:"\']{1,64}:(?<value>[^\\s"\'@]{4,128})',
    (password) => !isPlaceholder(password) && !isReference(password),
  ),
  shape(
    'docker-auth',
    'The login of a registry of Docker images',
    'DOCKER_AUTH',
    ['"auth"'],
    '"auth"\\s{0,4}:\\s{0,4}"(?<basic>[A-Za-z0-9+/]{12,2048}={0,2})"',
    isAuthorization,
  ),
  shape(
    'authorization-header',
    'The credentials of an Authorization header',
    'AUTHORIZATION',
    ['Bearer ', 'Basic '],
    '(?:Bearer (?<value>[A-Za-z0-9._~+/=-]{20,1024})|Basic (?<basic>[A-Za-z0-9+/]{12,512}={0,2}))',
    isAuthorization,
  ),
];

/** Every token in a text that is known by its shape, with the name that is proposed for it. */
export function tokenShapes(text: string): readonly Detection[] {
  const found: Detection[] = [];
  for (const { rule, marks, pattern, name, accepts } of shapes) {
    if (!marks.some((mark) => text.includes(mark))) continue;
    for (const match of text.matchAll(pattern)) {
      const value = match.groups?.['value'] ?? match.groups?.['basic'] ?? match[0];
      if (!accepts(match.groups?.['basic'] === undefined ? value : `Basic ${value}`)) continue;
      const start = match.index + match[0].lastIndexOf(value);
      found.push({ rule, start, end: start + value.length, value, fallbackName: name });
    }
  }
  return found;
}

// Thirty years of "s.something" in code: only what no programmer would call a member is one.
const looksLikeOldVaultToken = (token: string): boolean =>
  looksRandom(token.slice(2)) && /[0-9]/.test(token) && /[A-Z]/.test(token);

/** A JWT says which algorithm signed it; the one of the documentation is none. */
function isToken(token: string): boolean {
  const [head = '', payload = ''] = token.split('.');
  try {
    const header: unknown = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'));
    const claims = Buffer.from(payload, 'base64url').toString('utf8');
    return (
      typeof header === 'object' && header !== null && 'alg' in header && !claims.includes('"1234567890"')
    );
  } catch {
    return false;
  }
}

function isAuthorization(credentials: string): boolean {
  if (!credentials.startsWith('Basic ')) return looksGenuine(credentials) && looksRandom(credentials);
  const pair = Buffer.from(credentials.slice(6), 'base64').toString('latin1');
  const [, user, password = ''] = /^([\x20-\x7e]*?):([\x20-\x7e]*)$/.exec(pair) ?? [];
  return user !== undefined && user !== password && password.length > 3 && !isPlaceholder(password);
}
