/** The numbers that a Vault client goes by, each an option. */
export interface TransportLimits {
  /** Connections to an address at one time; further requests wait in line. */
  readonly maxSockets: number;
  /** How many requests may wait in line; one more fails at once. */
  readonly maxWaiting: number;
  /** How long a connection without work is kept, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** How long connecting may take, TLS included, in milliseconds. */
  readonly connectTimeoutMs: number;
  /**
   * How long Vault may take from the connection to the first byte of its answer, in milliseconds.
   * By default as long as the whole request.
   */
  readonly headersTimeoutMs: number;
  /** How long one request may take over everything, waiting in line and a slow body included, in milliseconds. */
  readonly requestTimeoutMs: number;
  /**
   * How long a call may take over all its attempts, at whatever address, in milliseconds. Below a resolver's
   * start deadline, so that the true cause of a failure is told, and not only that time ran out. Never less
   * than one request may take.
   */
  readonly deadlineMs: number;
  /** How large an answer may be, in bytes; counted while it comes in. */
  readonly maxBodyBytes: number;
  /** How often a call that may be repeated is repeated. 0 turns repeating off. */
  readonly retries: number;
  /** The shortest wait before a repeat, in milliseconds. */
  readonly retryMinWaitMs: number;
  /** The longest wait before a repeat, in milliseconds, unless Vault asks for a longer one by Retry-After. */
  readonly retryMaxWaitMs: number;
  /** After how many connection failures and timeouts in a row an address is left alone. */
  readonly breakerFailures: number;
  /** The first wait before one request tries such an address again, in milliseconds; half of it is jitter. */
  readonly probeMinWaitMs: number;
  /** The longest such wait, to which it doubles, in milliseconds. */
  readonly probeMaxWaitMs: number;
}

/** What holds where an option is not given. */
export const transportDefaults: TransportLimits = Object.freeze({
  maxSockets: 16,
  maxWaiting: 2_048,
  idleTimeoutMs: 90_000,
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 10_000,
  deadlineMs: 14_000,
  maxBodyBytes: 8 * 1024 * 1024,
  retries: 2,
  retryMinWaitMs: 250,
  retryMaxWaitMs: 1_500,
  breakerFailures: 5,
  probeMinWaitMs: 1_000,
  probeMaxWaitMs: 30_000,
});

/** The numbers that may be 0. */
const mayBeNone = new Set<string>(['maxWaiting', 'retries', 'retryMinWaitMs', 'retryMaxWaitMs']);

/**
 * Fills the given numbers up with the defaults. A longer request stretches what stands in its way.
 *
 * @returns the limits, and what cannot be gone by, with what can
 */
export function readLimits(given: Partial<TransportLimits>): {
  readonly limits: TransportLimits;
  readonly wrong: readonly (readonly [name: string, hint: string])[];
} {
  const names = Object.keys(transportDefaults);
  const chosen = Object.entries(given).filter(([name, value]) => names.includes(name) && value !== undefined);
  const limits: TransportLimits = { ...transportDefaults, ...Object.fromEntries(chosen) };
  const wrong = names.flatMap((name) => {
    const value = limits[name as keyof TransportLimits];
    const least = mayBeNone.has(name) ? 0 : 1;
    // A line with room for half a request would never be full.
    const isCount = !name.endsWith('Ms');
    if ((isCount ? Number.isInteger(value) : Number.isFinite(value)) && value >= least) return [];
    return [[name, `Give a ${isCount ? 'whole ' : ''}number of at least ${least}.`] as const];
  });
  const { requestTimeoutMs } = limits;
  return {
    limits: {
      ...limits,
      headersTimeoutMs: Math.min(given.headersTimeoutMs ?? requestTimeoutMs, requestTimeoutMs),
      deadlineMs: Math.max(limits.deadlineMs, requestTimeoutMs),
    },
    wrong,
  };
}
