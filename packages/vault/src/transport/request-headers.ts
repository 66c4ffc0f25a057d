import { checkToken } from '../auth/token.js';
import { fieldText } from '../http/request-text.js';
import type { Address } from './address.js';

/** The header fields of requests, as they go over the wire: each with its line end. */
export class RequestHeaders {
  readonly #address: Address;
  readonly #namespace: string | undefined;
  #fields: ReadonlyMap<string, string> = new Map();
  #text: string | undefined;
  #token: string | undefined;

  constructor(address: Address, namespace: string | undefined) {
    this.#address = address;
    this.#namespace = namespace;
  }

  /**
   * The fields of one request. Those that only depend on the token are made once.
   *
   * @param own those of the request by lower-case name, which replace the others; what frames the message is ours alone
   * @throws VaultError `SOURCE_DENIED` for a token that cannot be sent
   * @throws ConfigurationError for a field of the request's own that cannot be
   */
  with(
    token: string | undefined,
    own: Readonly<Record<string, string>> | undefined,
    body: string | undefined,
  ): string {
    if (this.#text === undefined || token !== this.#token) {
      const { host, text } = this.#address;
      const fields = new Map([
        ['host', host],
        ['accept', 'application/json'],
        ['connection', 'keep-alive'],
        ['x-vault-request', 'true'],
      ]);
      if (this.#namespace !== undefined) fields.set('x-vault-namespace', this.#namespace);
      if (token !== undefined) fields.set('x-vault-token', checkToken(token, 'the token', text));
      this.#fields = fields;
      this.#text = written(fields);
      this.#token = token;
    }
    if (own === undefined && body === undefined) return this.#text;
    const fields = new Map(this.#fields);
    if (body !== undefined) fields.set('content-type', 'application/json');
    for (const [name, value] of Object.entries(own ?? {})) if (!ownFields.has(name)) fields.set(name, value);
    return written(fields);
  }

  /** Whether a text holds the token, so that nobody may see it. */
  holdToken(text: string): boolean {
    return this.#token !== undefined && text.includes(this.#token);
  }
}

const ownFields = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'x-vault-request']);

const written = (fields: ReadonlyMap<string, string>): string =>
  [...fields].map(([name, value]) => fieldText(name, value)).join('');
