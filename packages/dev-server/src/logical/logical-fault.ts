/**
 * A request could not be served. `bare` texts are answered as they are; others are what a backend failed
 * with, which Vault wraps in its "1 error occurred" frame unless the request was a login.
 */
export class LogicalFault extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly bare: boolean,
  ) {
    super(message);
  }
}

/** An error answer: the caller did something wrong. */
export const refusal = (message: string, status = 400): LogicalFault =>
  new LogicalFault(status, message, true);

/** A failure without an answer of its own. */
export const failure = (message: string, status = 500): LogicalFault =>
  new LogicalFault(status, message, false);

export const unsupportedOperation = (): LogicalFault => failure('unsupported operation', 405);
export const unsupportedPath = (): LogicalFault => failure('unsupported path', 404);
export const permissionDenied = (): LogicalFault => failure('permission denied', 403);

/** Several errors in one, as Vault frames them. */
export const framed = (...messages: readonly string[]): string =>
  `${messages.length} error${messages.length === 1 ? '' : 's'} occurred:\n${messages
    .map((message) => `\t* ${message}\n`)
    .join('')}\n`;
