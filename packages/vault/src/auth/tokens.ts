import { isSourceError } from '@strongroom/core';
import { VaultError } from '../vault-error.js';
import { notText, type TokenReader } from './token.js';
import { lookUp, type Send } from './token-requests.js';
import type { TokenVerdict } from './token-verdict.js';

/** Where requests get their token from. */
export interface Tokens {
  /** The token for a request; at once when there is one, undefined for none. */
  take(): string | undefined | Promise<string | undefined>;
  /**
   * A request with this token was answered 403. Replaces the token when that is what it needs.
   *
   * @param dead whether the answer said that the token is none
   */
  afterDenial(used: string, dead: boolean): Promise<TokenVerdict>;
  /** So was its repeat, with this token. */
  explain(used: string): Promise<TokenVerdict>;
  /** Whether a text holds a token, so that nobody may see it. */
  holds(text: string): boolean;
  /** Lets go of every timer. */
  close(): Promise<void>;
}

/** Tokens that a function of the application gives, one for each request. Their life is the application's matter. */
export class TokensOfReader implements Tokens {
  readonly #read: TokenReader;
  readonly #send: Send;
  readonly #address: string;
  #last: string | undefined;

  constructor(read: TokenReader, address: string, send: Send) {
    this.#read = read;
    this.#send = send;
    this.#address = address;
  }

  take(): string | undefined | Promise<string | undefined> {
    const keep = (token: string | undefined) => {
      if (token !== undefined && typeof token !== 'string') throw notText(this.#address);
      this.#last = token;
      return token;
    };
    try {
      const token = this.#read();
      return isPromise(token) ? token.then(keep, (error) => this.#refused(error)) : keep(token);
    } catch (error) {
      return Promise.reject(error).catch((thrown) => this.#refused(thrown));
    }
  }

  async afterDenial(used: string, dead: boolean): Promise<TokenVerdict> {
    const now = await this.take();
    if (now !== undefined && now !== used) return { due: 'replaced' };
    return dead ? { due: 'dead' } : this.explain(used);
  }

  async explain(used: string): Promise<TokenVerdict> {
    const lookup = await lookUp(this.#send, used);
    if (lookup.status === 'alive') return { due: 'policy', policies: lookup.description.policies };
    return { due: lookup.status === 'refused' ? 'dead' : 'unknown' };
  }

  holds(text: string): boolean {
    return this.#last !== undefined && this.#last !== '' && text.includes(this.#last);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What a function of the application throws may hold anything. */
  #refused(error: unknown): never {
    if (isSourceError(error)) throw error;
    const address = this.#address;
    throw new VaultError('SOURCE_DENIED', `the token for Vault at ${address} could not be read`, {
      address,
      hint: 'Correct the function that was given as the token: it threw.',
    });
  }
}

/** Not by its class: a test runner has more than one. */
const isPromise = <T>(given: T | Promise<T>): given is Promise<T> =>
  typeof (Object(given) as { readonly then?: unknown }).then === 'function';
