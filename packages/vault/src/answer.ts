import { VaultError } from './vault-error.js';

/** What Vault answered. */
export interface VaultAnswer {
  readonly status: number;
  /** The parsed JSON; undefined where there was no body. */
  readonly body: unknown;
  /** The header Retry-After, as it came. */
  readonly retryAfter: string | undefined;
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/**
 * Parses an answer.
 *
 * A status that says that Vault cannot answer now comes from proxies too, with bodies of their own: such a body
 * is dropped, the status says enough.
 *
 * @param anyText hand on a body that is not JSON as its text, for endpoints that answer so
 * @throws VaultError `SOURCE_MALFORMED` without a word of the body, and without the parser's: it quotes the body
 */
export function readAnswer(raw: RawAnswer, address: string, path: string, anyText: boolean): VaultAnswer {
  const { status, contentType, retryAfter, text } = raw;
  if (text === '') return { status, body: undefined, retryAfter };
  const json = contentType === undefined || /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType);
  if (raw.contentEncoding === undefined || raw.contentEncoding === 'identity') {
    if (json) {
      try {
        return { status, body: JSON.parse(text), retryAfter };
      } catch {
        // Told below.
      }
    } else if (anyText && !/html/i.test(contentType)) {
      return { status, body: text, retryAfter };
    }
  }
  if (status === 429 || status >= 500) return { status, body: undefined, retryAfter };
  throw malformed(json ? 'broken JSON' : describeType(contentType), raw, address, path);
}

function malformed(what: string, { status, text }: RawAnswer, address: string, path: string): VaultError {
  // What Go's server answers to plain HTTP on a TLS port.
  const wantsTls = status === 400 && text.startsWith('Client sent an HTTP request to an HTTPS server');
  return new VaultError(
    'SOURCE_MALFORMED',
    `${address} answered ${status} with ${what} instead of Vault's JSON`,
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
