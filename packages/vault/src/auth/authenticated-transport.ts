import type { VaultAnswer } from '../transport/answer.js';
import { namespaceHeader } from '../transport/namespace.js';
import { Transport, type TransportOptions, type VaultRequest } from '../transport/transport.js';
import type { Send } from './token-requests.js';
import { noteVerdict, saysDead } from './token-verdict.js';
import type { Tokens } from './tokens.js';

export interface AuthenticatedTransportOptions extends TransportOptions {
  /** Where requests about tokens go. @default the namespace of all requests */
  readonly authNamespace: string | undefined;
}

/**
 * A transport that gives every request its token. One that is denied is made once more when its token was the
 * cause and there is a new one; otherwise its answer says what the cause was.
 */
export class AuthenticatedTransport extends Transport {
  readonly #tokens: Tokens;

  constructor(options: AuthenticatedTransportOptions, makeTokens: (send: Send) => Tokens) {
    super(options);
    const { authNamespace } = options;
    const headers = authNamespace === undefined ? undefined : namespaceHeader(authNamespace);
    this.#tokens = makeTokens((request) =>
      super.send(
        headers === undefined ? request : { ...request, headers: { ...request.headers, ...headers } },
      ),
    );
  }

  /** Asks Vault with the token that there is. No step waits for what is there already. */
  override send(request: VaultRequest): Promise<VaultAnswer> {
    if (request.headers !== undefined && 'x-vault-token' in request.headers) return super.send(request);
    const token = this.#tokens.take();
    // A login is shared, so it goes on when one of those that wait for it no longer does.
    return typeof token === 'object'
      ? this.waitForToken(token, request).then((taken) => this.#sendWith(request, taken))
      : this.#sendWith(request, token);
  }

  override holdsToken(text: string): boolean {
    return this.#tokens.holds(text) || super.holdsToken(text);
  }

  /** Ends the life of the tokens, before the connections are closed: tokens of ours may have to be revoked. */
  async closeTokens(): Promise<void> {
    await this.#tokens.close();
  }

  #sendWith(request: VaultRequest, token: string | undefined): Promise<VaultAnswer> {
    if (token === undefined) {
      return super
        .send(request)
        .then((answer) => (answer.status === 403 ? noteVerdict(answer, { due: 'missing' }) : answer));
    }
    return super
      .send(request, token)
      .then((answer) => (answer.status === 403 ? this.#denied(request, answer, token) : answer));
  }

  async #denied(request: VaultRequest, answer: VaultAnswer, used: string): Promise<VaultAnswer> {
    const verdict = await this.waitForToken(this.#tokens.afterDenial(used, saysDead(answer)), request);
    if (verdict.due !== 'replaced') return noteVerdict(answer, verdict);
    const token = await this.waitForToken(Promise.resolve(this.#tokens.take()), request);
    if (token === undefined) return answer;
    const again = await super.send(request, token);
    if (again.status !== 403) return again;
    return noteVerdict(again, await this.waitForToken(this.#tokens.explain(token), request));
  }
}
