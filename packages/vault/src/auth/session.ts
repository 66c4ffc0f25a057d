// Over 250 lines: all of it is about one state, the token that is held.
import { type Clock, isSourceError, type Logger } from '@strongroom/core';
import type { Activities } from '../activities.js';
import { leftUntil } from '../left-until.js';
import { Canceller } from '../transport/cancellation.js';
import { Chain } from '../transport/chain.js';
import { clientClosed, noTokenInTime } from '../transport/exchange-failure.js';
import { pause, within } from '../transport/pause.js';
import { VaultError } from '../vault-error.js';
import { extend, given, type HeldToken, learn, mayRenew, minted } from './held-token.js';
import { authMount, type Login } from './login.js';
import { LoginGate, loginPace } from './login-gate.js';
import { tokenPace, whenToRenew, whenToRetry } from './token-plan.js';
import { type Lookup, lookUp, renew, revoke, type Send } from './token-requests.js';
import type { TokenVerdict } from './token-verdict.js';
import type { Tokens } from './tokens.js';

/** Where a session's token comes from. */
export type TokenOrigin =
  | {
      readonly kind: 'login';
      readonly method: string;
      readonly login: (signal: Canceller) => Promise<Login>;
    }
  | { readonly kind: 'text'; readonly token: string }
  | { readonly kind: 'file'; readonly read: () => Promise<string> };

export interface SessionOptions {
  readonly address: string;
  readonly origin: TokenOrigin;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  /** Whether closing revokes the tokens that logins gave. */
  readonly revoke: boolean;
  readonly send: Send;
  readonly activities: Activities;
  /** Called when a login gave a token in place of another. */
  readonly onReplaced: () => void;
}

/**
 * One token at a time, kept alive: renewed while that helps, replaced before it ends, and replaced when it turns
 * out to be dead, by one login that all wait for.
 */
export class Session implements Tokens {
  readonly #options: SessionOptions;
  readonly #gate: LoginGate;
  readonly #canceller = new Canceller();
  readonly #underWay = new Chain<(error: VaultError) => void>();
  /** Tokens that logins gave and that may still be alive, with their ends. */
  readonly #mintedTokens = new Map<string, number>();
  #held: HeldToken | undefined;
  #obtaining: Promise<HeldToken> | undefined;
  #looking: { readonly token: string; readonly lookup: Promise<Lookup> } | undefined;
  #callOff: (() => void) | undefined;
  #failures = 0;
  /** How the last login failed, as the logger was told: who asks every minute is told the same every minute. */
  #complaint: string | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #dead: { readonly token: string; readonly at: number } | undefined;
  /** A token that was just made may not look itself up: its refusal says nothing. */
  #lookupForbidden = false;
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { clock, address } = options;
    const aborted = () => clientClosed(address);
    const wait = { clock, signal: this.#canceller, aborted, underWay: this.#underWay };
    this.#gate = new LoginGate(clock, (ms) => pause(ms, wait));
  }

  take(): string | Promise<string> {
    const { origin, clock } = this.#options;
    const held = this.#held;
    if (held === undefined) {
      if (origin.kind === 'text') return this.#hold(given(origin.token, clock.now())).token;
      return this.#obtain().then(() => this.take());
    }
    if (origin.kind === 'login' && (held.usesLeft <= 0 || clock.now() >= held.endsAt)) {
      return this.#obtain().then(() => this.take());
    }
    if (origin.kind === 'file' && !this.#isWithin(loginPace.minGapMs, this.#readAt)) {
      // For the next request: this one goes on with the token that there is.
      this.#obtain().catch(() => undefined);
    }
    held.usesLeft--;
    return held.token;
  }

  async afterDenial(used: string, dead: boolean): Promise<TokenVerdict> {
    const { origin, clock } = this.#options;
    const held = this.#held;
    if (held === undefined || held.token !== used) return { due: 'replaced' };
    // Its time is over, or somebody found out already.
    if (origin.kind === 'login' && clock.now() >= held.endsAt) return this.#replace(held, 'it has ended');
    if (dead) return this.#afterDeath(held);
    const limited = held.usesLeft !== Number.POSITIVE_INFINITY;
    if (limited && origin.kind === 'login') {
      // A lookup would spend a use, and the count tells as much.
      if (held.usesLeft > 0) return { due: 'policy', policies: held.policies };
      return this.#replace(held, 'its uses are spent');
    }
    // Of a token that may not look itself up nothing can be told: a new one now and then has to do.
    if (
      this.#lookupForbidden &&
      held.minted &&
      this.#isWithin(loginPace.deniedGapMs, held.since) &&
      clock.now() < held.endsAt
    ) {
      return { due: 'policy', policies: held.policies };
    }
    if (this.#dead?.token === used && this.#isWithin(loginPace.deniedGapMs, this.#dead.at)) {
      return this.#rereadOr({ due: 'dead' }, used);
    }
    const lookup = await this.#lookUp(held);
    if (this.#held !== held) return { due: 'replaced' };
    if (lookup.status === 'alive') return { due: 'policy', policies: held.policies };
    return lookup.status === 'unavailable' ? { due: 'unknown' } : this.#afterDeath(held);
  }

  async explain(used: string): Promise<TokenVerdict> {
    const held = this.#held;
    if (held === undefined || held.token !== used) return { due: 'unknown' };
    // Of a use-limited one the login said its policies already.
    if (held.usesLeft !== Number.POSITIVE_INFINITY) return { due: 'policy', policies: held.policies };
    const lookup = await this.#lookUp(held);
    if (lookup.status === 'unavailable') return { due: 'unknown' };
    if (lookup.status === 'refused') {
      if (!held.minted) return { due: 'dead' };
      this.#lookupForbidden = !lookup.certain;
    }
    return { due: 'policy', policies: held.policies };
  }

  holds(text: string): boolean {
    const tokens = [this.#held?.token ?? '', ...this.#mintedTokens.keys()];
    return tokens.some((token) => token !== '' && text.includes(token));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#callOff?.();
    this.#canceller.cancel();
    this.#underWay.drain((end) => end(clientClosed(this.#options.address)));
    const { clock, send, logger } = this.#options;
    if (!this.#options.revoke) return;
    const live = [...this.#mintedTokens].filter(([, endsAt]) => endsAt > clock.now());
    const revoked = await Promise.all(live.map(([token]) => revoke(send, token)));
    logger?.info({ revoked: revoked.filter(Boolean).length }, 'revoked the tokens of Vault that logins gave');
  }

  #isWithin(gapMs: number, since: number): boolean {
    return leftUntil(since + gapMs, this.#options.clock.now(), gapMs) > 0;
  }

  #afterDeath(held: HeldToken): Promise<TokenVerdict> {
    const { origin, clock } = this.#options;
    if (origin.kind === 'login') return this.#replace(held, 'it is not accepted any more');
    this.#dead = { token: held.token, at: clock.now() };
    return this.#rereadOr({ due: 'dead' }, held.token);
  }

  async #replace(held: HeldToken, why: string): Promise<TokenVerdict> {
    if (this.#held === held && held.endsAt !== Number.NEGATIVE_INFINITY) {
      this.#options.logger?.info({ accessor: held.accessor }, `logging in to Vault again: ${why}`);
      held.endsAt = Number.NEGATIVE_INFINITY;
      this.#mintedTokens.delete(held.token);
    }
    await this.#obtain();
    return { due: 'replaced' };
  }

  async #rereadOr(verdict: TokenVerdict, used: string): Promise<TokenVerdict> {
    if (this.#options.origin.kind !== 'file') return verdict;
    const read = await this.#obtain().catch(() => undefined);
    return read !== undefined && read.token !== used ? { due: 'replaced' } : verdict;
  }

  /** Gets a token: one login, or one reading of the file, however many wait for it. */
  #obtain(): Promise<HeldToken> {
    const { address } = this.#options;
    if (this.#closed) return Promise.reject(clientClosed(address));
    this.#obtaining ??= this.#read().finally(() => {
      this.#obtaining = undefined;
    });
    return this.#obtaining;
  }

  async #read(): Promise<HeldToken> {
    const { origin, clock, logger } = this.#options;
    if (origin.kind === 'text') return this.#hold(given(origin.token, clock.now()));
    if (origin.kind === 'file') {
      this.#readAt = clock.now();
      const token = await this.#inTime(origin.read());
      const held = this.#held;
      if (held?.token === token) return held;
      if (held !== undefined) logger?.info({}, 'took the new token for Vault from its file');
      return this.#hold(given(token, clock.now()));
    }
    const { method } = origin;
    try {
      return await this.#gate.pass(async () => {
        const begun = clock.now();
        const before = this.#held;
        const login = await this.#logIn(origin.login);
        const held = this.#hold(minted(login.auth, begun - login.ageMs));
        const { accessor, fullTtl, policies } = held;
        this.#mint(held);
        this.#complaint = undefined;
        logger?.info({ method, accessor, ttlSeconds: fullTtl / 1000, policies }, 'logged in to Vault');
        if (before !== undefined) this.#options.onReplaced();
        return held;
      });
    } catch (error) {
      const complaint = kindOf(error);
      if (complaint !== this.#complaint) {
        this.#complaint = complaint;
        logger?.warn({ method, code: codeOf(error) }, `login to Vault failed${why(error)}`);
      }
      throw error;
    }
  }

  async #logIn(logIn: (signal: Canceller) => Promise<Login>): Promise<Login> {
    const { activities, address } = this.#options;
    try {
      const login = await this.#inTime(logIn(this.#canceller));
      const { auth, path, body, ageMs } = login;
      const ttlMs = auth.ttl ? { ttlMs: Math.max(0, auth.ttl * 1_000 - ageMs) } : {};
      activities.succeeded('login', {
        locator: path === undefined ? address : authMount(path),
        body,
        ...ttlMs,
      });
      return login;
    } catch (error) {
      const path = error instanceof VaultError ? error.path : undefined;
      if (!this.#closed) activities.failed('login', path === undefined ? address : authMount(path), error);
      throw error;
    }
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { clock, address } = this.#options;
    const { mostMs } = loginPace;
    return within(answer, mostMs, () => noTokenInTime(address, mostMs), { clock, underWay: this.#underWay });
  }

  #mint({ token, endsAt, type }: HeldToken): void {
    const now = this.#options.clock.now();
    for (const [old, end] of this.#mintedTokens) if (end <= now) this.#mintedTokens.delete(old);
    if (type === 'service') this.#mintedTokens.set(token, endsAt);
  }

  #hold(held: HeldToken): HeldToken {
    this.#held = held;
    this.#failures = 0;
    if (!held.minted && held.type === 'service') {
      this.#later(tokenPace.lookupAfterMs, () => this.#lookUpLater(held));
    } else this.#plan(held);
    return held;
  }

  #lookUp(held: HeldToken): Promise<Lookup> {
    const { send, clock, activities } = this.#options;
    if (this.#looking?.token === held.token) return this.#looking.lookup;
    const begun = clock.now();
    const lookup = lookUp(send, held.token).then((answer) => {
      this.#looking = undefined;
      if (answer.status === 'alive') {
        const isNew = !held.minted && !held.described;
        learn(held, answer.description, begun);
        // One that was given is taken up when it is known what it is: nobody logs in for it.
        if (isNew) {
          const ttlMs = held.endsAt - clock.now();
          activities.succeeded('login', { locator: 'auth/token/lookup-self', ttlMs, body: answer.body });
        }
        if (this.#held === held) this.#plan(held);
      }
      return answer;
    });
    this.#looking = { token: held.token, lookup };
    return lookup;
  }

  async #lookUpLater(held: HeldToken): Promise<void> {
    const { status } = await this.#lookUp(held);
    if (status === 'unavailable') this.#retry(held, () => this.#lookUpLater(held));
  }

  /** Sets the one timer: for the renewal, or for the login that replaces what cannot be renewed. */
  #plan(held: HeldToken): void {
    this.#callOff?.();
    const { clock, origin, logger } = this.#options;
    const life = held.endsAt - clock.now();
    if (life === Number.POSITIVE_INFINITY || life <= 0) return;
    if (mayRenew(held)) this.#later(whenToRenew(life), () => this.#renew(held));
    else if (origin.kind === 'login') {
      this.#later(whenToRenew(life), () => this.#logInAhead(held));
    } else {
      const details = { accessor: held.accessor, secondsLeft: Math.round(life / 1000) };
      logger?.warn(details, 'the token for Vault cannot be renewed further: give a new one in time');
    }
  }

  async #renew(held: HeldToken): Promise<void> {
    const { clock, logger, send, origin, activities } = this.#options;
    const begun = clock.now();
    const { accessor } = held;
    const locator = 'auth/token/renew-self';
    try {
      const renewed = await renew(send, held.token);
      if (this.#closed || this.#held !== held) return;
      const hadFailed = this.#failures > 0;
      this.#failures = 0;
      if (renewed instanceof VaultError) {
        held.renewable = false;
        activities.failed('renewal', locator, renewed, held.endsAt - clock.now());
        logger?.warn({ accessor }, 'Vault does not renew the token any more');
        if (origin.kind === 'login') await this.#logInAhead(held);
        return;
      }
      const { renewal, body } = renewed;
      extend(held, renewal, begun);
      if (held.minted) this.#mint(held);
      const details = { accessor, ttlSeconds: renewal.ttl };
      // Whoever reads in the log that it could not be is to read there that it was.
      if (hadFailed) logger?.info(details, 'renewed the token for Vault');
      else logger?.debug(details, 'renewed the token for Vault');
      activities.succeeded('renewal', { locator, ttlMs: held.endsAt - clock.now(), body });
      this.#plan(held);
    } catch (error) {
      if (this.#failures === 0) {
        const secondsLeft = Math.round((held.endsAt - clock.now()) / 1000);
        const details = { accessor, code: codeOf(error), secondsLeft };
        logger?.warn(details, `the token for Vault could not be renewed now${why(error)}`);
      }
      if (!this.#closed) activities.failed('renewal', locator, error, held.endsAt - clock.now());
      this.#retry(held, () => this.#renew(held));
    }
  }

  async #logInAhead(held: HeldToken): Promise<void> {
    if (this.#failures === 0) {
      const { accessor } = held;
      this.#options.logger?.info({ accessor }, 'logging in to Vault again: the token ends soon');
    }
    await this.#obtain().catch(() => this.#retry(held, () => this.#logInAhead(held)));
  }

  #retry(held: HeldToken, again: () => Promise<void>): void {
    if (this.#held !== held) return;
    const wait = whenToRetry(++this.#failures, held.endsAt - this.#options.clock.now());
    // What then needs a token logs in by itself.
    if (wait !== undefined) this.#later(wait, again);
  }

  #later(ms: number, step: () => Promise<void>): void {
    this.#callOff?.();
    if (!this.#closed) this.#callOff = this.#options.clock.after(ms, () => void step());
  }
}

const codeOf = (error: unknown) => (isSourceError(error) ? error.code : undefined);

/** Of an error of a stranger, whose login it may be, nothing is told. */
const why = (error: unknown): string => (isSourceError(error) ? `: ${error.message}` : '');

/** What two failures have in common whose messages differ in nothing but times. */
function kindOf(error: unknown): string {
  if (!(error instanceof VaultError)) return why(error);
  return JSON.stringify([error.code, error.status, error.vaultMessages]);
}
