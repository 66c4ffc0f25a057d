/** A request that the server received. Neither its token nor its body is kept. */
export interface RecordedRequest {
  /** The verb, such as `GET` or `LIST`. */
  readonly method: string;
  /** The path as it was sent, with its query. */
  readonly path: string;
  /** The status that was answered; undefined while there is none, or when the connection was cut. */
  readonly status: number | undefined;
  /** What `X-Vault-Namespace` said, if it was sent. */
  readonly namespace?: string;
  /** What `X-Vault-Wrap-TTL` said, if it was sent. */
  readonly wrapTtl?: string;
  /** Whether `X-Vault-Request: true` was sent. */
  readonly marked: boolean;
  /** When it came: milliseconds since 1970 by the clock of the server. */
  readonly at: number;
}
