/** Why the server could not start or do as told. */
export type DevServerErrorCode =
  | 'NOT_LOOPBACK'
  | 'PORT_IN_USE'
  | 'LISTEN_FAILED'
  | 'DATA_FILE_INVALID'
  | 'DATA_FILE_UNREADABLE'
  | 'SEED_INVALID'
  | 'NO_ACTIVE_SERVER';

/** Thrown by `startDevServer` and by the methods of a server. Match it by its `code`. */
export class DevServerError extends Error {
  constructor(
    /** Stays the same across versions. */
    readonly code: DevServerErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DevServerError';
  }
}
