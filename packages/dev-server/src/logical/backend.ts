import type { LeaseRecord } from '../leases/lease-record.js';
import type { AuthGrant } from './auth-grant.js';
import type { LogicalRequest } from './logical-request.js';
import type { LogicalResponse } from './logical-response.js';

/** What a backend answers: nothing (204, or 404 to a read) or a response, at once or later. */
export type BackendAnswer = LogicalResponse | undefined | Promise<LogicalResponse | undefined>;

/** What a renewed secret may live, in seconds; 0 for the mount's own. */
export interface RenewalTerms {
  readonly ttl: number;
  readonly maxTtl: number;
}

/** What is mounted at a path: a secrets engine, an auth method, or the system itself. */
export interface Backend {
  /** Paths below the mount that need no token; a `*` at the end stands for any rest, `+` for one segment. */
  readonly unauthenticated: readonly string[];
  /** Paths that need the sudo capability. */
  readonly root: readonly string[];
  /**
   * Whether what a write goes to is there already; undefined where the path does not tell.
   *
   * @throws LogicalFault when a field does not fit
   */
  exists(request: LogicalRequest): boolean | undefined;
  /** @throws LogicalFault */
  handle(request: LogicalRequest): BackendAnswer;
  /**
   * For auth methods: on what terms a login is renewed, from what was kept of it. Undefined where it is not.
   *
   * @throws LogicalFault
   */
  renewLogin?(lease: LeaseRecord, request: LogicalRequest): AuthGrant | undefined;
  /** For engines with leases: on what terms a secret is renewed. @throws LogicalFault */
  renewLease?(lease: LeaseRecord): RenewalTerms;
  /** For engines with leases: takes a secret back. */
  revokeLease?(lease: LeaseRecord): void;
}
