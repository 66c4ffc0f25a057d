import type { Cancellation } from '../transport/cancellation.js';

/** What a login gave: Vault's `auth`, in our words. */
export interface AuthResponse {
  readonly token: string;
  /** For how long, in seconds, as Vault says it. 0 or nothing: it does not end. */
  readonly ttl?: number;
  /** Whether it can be renewed. @default false */
  readonly renewable?: boolean;
  /** Names the token without being it: this is what logs show. */
  readonly accessor?: string;
  /** @default 'service' */
  readonly type?: 'service' | 'batch';
  readonly policies?: readonly string[];
  /** How many requests it is good for. 0 or nothing: without limit. */
  readonly uses?: number;
}

/** What a login is done with. */
export interface AuthContext {
  /** Where Vault is, for messages. */
  readonly address: string;
  /** Called off when the client is closed. */
  readonly signal: Cancellation;
  /**
   * Makes a request without a token, `auth/kubernetes/login` say.
   *
   * @param path without `/v1/`; each segment is encoded
   * @returns the JSON that Vault answered
   * @throws VaultError when Vault could not answer, or `SOURCE_DENIED` when it refused
   */
  post(path: string, body: object, options?: PostOptions): Promise<unknown>;
  /** Makes such a request, and reads the `auth` in its answer. */
  login(path: string, body: object, options?: PostOptions): Promise<AuthResponse>;
}

export interface PostOptions {
  /** What to check when Vault refuses. */
  readonly hint?: string;
  /** A token to send, such as a wrapping token. */
  readonly token?: string;
  /** Whether it may be made again when its answer was lost. @default true */
  readonly repeatable?: boolean;
}

/**
 * A way to log in: called for each login, and never twice at a time. One's own is a function like this; its name
 * stands in logs.
 *
 * @example
 * const auth: AuthMethod = async ({ login }) =>
 *   login('auth/ldap/login/app', { password: await readPassword() });
 */
export type AuthMethod = (context: AuthContext) => Promise<AuthResponse>;

/** Gives a method the name that logs show. What it logs in with is in its closure, where no inspection looks. */
export function named(name: string, method: AuthMethod): AuthMethod {
  return Object.defineProperty(method, 'name', { value: name });
}

/** A mount without slashes at its ends, as the login paths need it. */
export const mountOf = (mount: string): string => mount.replace(/^\/+|\/+$/g, '');
