import type { LogicalRequest } from './logical-request.js';
import type { LogicalResponse } from './logical-response.js';

/** What a backend answers: nothing (204, or 404 to a read) or a response, at once or later. */
export type BackendAnswer = LogicalResponse | undefined | Promise<LogicalResponse | undefined>;

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
}
