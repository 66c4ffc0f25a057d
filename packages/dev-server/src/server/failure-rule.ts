/** Makes requests fail, for tests of what a client does then. */
export interface FailureRule {
  /** The verb, such as `GET` or `LIST`. @default every verb */
  readonly method?: string;
  /** A prefix of the path as it was sent, such as `/v1/secret/`, or a pattern for it. @default every path */
  readonly path?: string | RegExp;
  /** How many requests it applies to. @default all, until it is taken away */
  readonly times?: number;
  /** What happens instead of, or before, the proper answer. */
  readonly answer: FailureAnswer;
}

/**
 * What a failing request gets:
 * - an object with `status`: this answer, whatever its body is;
 * - `reset`: the connection is destroyed without an answer;
 * - `reset-body`: headers and half a body, then the connection is destroyed;
 * - `truncate`: JSON that breaks off, as the whole and regular end of an answer;
 * - `stall`: no answer, and the connection stays open;
 * - an object with `delayMs`: the proper answer, that many milliseconds later.
 */
export type FailureAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'reset'
  | 'reset-body'
  | 'truncate'
  | 'stall'
  | { readonly delayMs: number };
