import type { Address } from './address.js';
import { checkToken } from './token.js';
import type { VaultRequest } from './transport.js';

/** The headers of requests as node:http takes them without a look at each: names and values in one list. */
export class RequestHeaders {
  readonly #address: Address;
  readonly #namespace: string | undefined;
  #base: readonly string[] | undefined;
  #token: string | undefined;

  constructor(address: Address, namespace: string | undefined) {
    this.#address = address;
    this.#namespace = namespace;
  }

  /**
   * The headers of one request. Those that only depend on the token are made once.
   *
   * @param extra names and values in one list, behind the others
   * @throws VaultError `SOURCE_DENIED` for a token that cannot be sent
   */
  with(
    token: string | undefined,
    { headers, body }: VaultRequest,
    extra?: readonly string[],
  ): readonly string[] {
    if (this.#base === undefined || token !== this.#token) {
      const { host, text } = this.#address;
      this.#base = [
        ...['Host', host, 'Accept', 'application/json', 'X-Vault-Request', 'true'],
        ...(this.#namespace === undefined ? [] : ['X-Vault-Namespace', this.#namespace]),
        ...(token === undefined ? [] : ['X-Vault-Token', checkToken(token, 'the token', text)]),
      ];
      this.#token = token;
    }
    const plain = headers === undefined && body === undefined;
    const all = plain ? this.#base : withHeaders(this.#base, headers ?? {}, body);
    return extra === undefined ? all : [...all, ...extra];
  }

  /** Whether a text holds the token, so that nobody may see it. */
  holdToken(text: string): boolean {
    return this.#token !== undefined && text.includes(this.#token);
  }
}

/** A call's own headers replace those of every request; what frames the message is ours alone. */
function withHeaders(
  base: readonly string[],
  extra: Readonly<Record<string, string>>,
  body: string | undefined,
): readonly string[] {
  const own = Object.entries(extra).filter(([name]) => !ownHeaders.has(name));
  const names = new Set(own.map(([name]) => name));
  const headers: string[] = [];
  for (let index = 0; index < base.length; index += 2) {
    const [name = '', value = ''] = base.slice(index, index + 2);
    if (!names.has(name.toLowerCase())) headers.push(name, value);
  }
  headers.push(...own.flat());
  if (body === undefined) return headers;
  if (!names.has('content-type')) headers.push('Content-Type', 'application/json');
  return [...headers, 'Content-Length', String(Buffer.byteLength(body))];
}

const ownHeaders = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'x-vault-request']);
