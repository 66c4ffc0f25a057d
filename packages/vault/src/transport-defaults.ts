/** The numbers that a Vault client goes by, each an option. */
export interface TransportLimits {
  /** Connections to the address at one time; further requests wait in line. */
  readonly maxSockets: number;
  /** How long connecting may take, TLS included, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long one request may take over everything, waiting in line and a slow body included, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How large an answer may be, in bytes; counted while it comes in. */
  readonly maxBodyBytes: number;
  /** How often a call that may be repeated is repeated. 0 turns repeating off. */
  readonly retries: number;
  /** The shortest wait before a repeat, in milliseconds. */
  readonly retryMinWaitMs: number;
  /** The longest wait before a repeat, in milliseconds, unless Vault asks for a longer one by Retry-After. */
  readonly retryMaxWaitMs: number;
  /**
   * No repeat begins later than this after its call began, in milliseconds. Below a resolver's start deadline,
   * so that the true cause of a failure is told, and not only that time ran out.
   */
  readonly retryWithinMs: number;
}

/** What holds where an option is not given. */
export const transportDefaults: TransportLimits = Object.freeze({
  maxSockets: 16,
  connectTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  maxBodyBytes: 8 * 1024 * 1024,
  retries: 2,
  retryMinWaitMs: 250,
  retryMaxWaitMs: 1_500,
  retryWithinMs: 10_000,
});
