import type { AnswerHeaders } from '../http/answer-head.js';
import { VaultError } from '../vault-error.js';

/** What Vault answered. */
export interface VaultAnswer {
  readonly status: number;
  /** The parsed JSON; undefined where there was no body. */
  readonly body: unknown;
  /** The header Retry-After, as it came. */
  readonly retryAfter: string | undefined;
  /** For how long an Agent has had it in its cache, in milliseconds; undefined for what comes from Vault. */
  readonly ageMs?: number | undefined;
  /** The address that answered; of several the one that errors name. */
  readonly address: string;
  /** Of several addresses none of which can answer: what the others said, to be put behind a message. */
  readonly elsewhere?: string;
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

/** What was asked where. */
export interface AnswerContext {
  readonly address: string;
  readonly path: string;
  /** Hand on a body that is not JSON as its text, for endpoints that answer so. */
  readonly anyText: boolean;
}

/**
 * Parses an answer.
 *
 * A status that says that Vault cannot answer now comes from proxies too, with bodies of their own: such a body
 * is dropped, the status says enough.
 *
 * @throws VaultError `SOURCE_MALFORMED` without a word of the body, and without the parser's: it quotes the body
 */
export function readAnswer({ status, headers, text }: RawAnswer, context: AnswerContext): VaultAnswer {
  const { address } = context;
  const type = headers.get('content-type');
  const encoding = headers.get('content-encoding');
  const retryAfter = headers.get('retry-after');
  const ageMs = ageOf(headers);
  if (text === '') return { status, body: undefined, retryAfter, address };
  const json = type === undefined || type === 'application/json' || jsonTypes.test(type);
  if (encoding === undefined || encoding === 'identity') {
    if (json) {
      try {
        return { status, body: JSON.parse(text), retryAfter, ageMs, address };
      } catch {
        // Told below.
      }
    } else if (context.anyText && !/html/i.test(type)) {
      return { status, body: text, retryAfter, address };
    }
  }
  if (status === 429 || status >= 500) return { status, body: undefined, retryAfter, address };
  throw malformed(json ? 'broken JSON' : describeType(type), status, text, context);
}

/** What other caches say of themselves is nothing to go by. */
function ageOf(headers: AnswerHeaders): number | undefined {
  const age = headers.get('age');
  if (age === undefined || headers.get('x-cache') !== 'HIT') return undefined;
  return /^\d{1,9}$/.test(age) ? Number(age) * 1000 : undefined;
}

const jsonTypes = /^application\/(?:[\w.-]+\+)?json\b/i;

function malformed(what: string, status: number, text: string, { address, path }: AnswerContext): VaultError {
  // What Go's server answers to plain HTTP on a TLS port.
  const wantsTls = status === 400 && text.startsWith('Client sent an HTTP request to an HTTPS server');
  return new VaultError(
    'SOURCE_MALFORMED',
    `Vault at ${address} answered ${status} with ${what} instead of Vault's JSON`,
    {
      address,
      path,
      status,
      hint: wantsTls
        ? 'The address says http, but the server wants https.'
        : 'Check that the address is Vault itself and no proxy, login page or other service.',
    },
  );
}

function describeType(contentType = ''): string {
  const known = /html/i.test(contentType)
    ? 'HTML'
    : /^text\/plain/i.test(contentType)
      ? 'plain text'
      : undefined;
  return known ?? 'something else';
}
