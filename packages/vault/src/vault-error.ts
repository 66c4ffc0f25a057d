import { SourceError, type SourceErrorCode } from '@strongroom/core';

/** What a {@link VaultError} may carry besides its message. Nothing here can hold a token or a value. */
export interface VaultErrorDetails {
  /** Where Vault was looked for: scheme, host, port and path prefix. */
  readonly address: string;
  /** The path that was asked for. */
  readonly path?: string;
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
  /** What Vault itself said, where its words cannot hold a value. */
  readonly vaultMessages?: readonly string[];
  /** The id that Vault gave to the request, where it gave one; its audit log knows the request by it. */
  readonly requestId?: string;
  /** What to do. */
  readonly hint?: string;
  /** Of an error of Node.js its code and system call, nothing else. */
  readonly cause?: SystemFault;
  /** Whether the same request may succeed when it is made again at once. @default false */
  readonly repeatable?: boolean;
}

/** What is kept of an error of Node.js. */
export interface SystemFault {
  readonly code: string;
  readonly syscall?: string;
}

/**
 * Vault could not answer: `SOURCE_UNAVAILABLE`, `SOURCE_DENIED` or `SOURCE_MALFORMED`. It carries no request, no
 * header, no body and no token.
 */
export class VaultError extends SourceError {
  static override readonly name: string = 'VaultError';
  readonly address: string;
  readonly path: string | undefined;
  readonly status: number | undefined;
  readonly vaultMessages: readonly string[];
  /** The id that Vault gave to the request, where it gave one. */
  readonly requestId: string | undefined;
  /** Whether the same request may succeed when it is made again at once. */
  readonly repeatable: boolean;

  constructor(code: SourceErrorCode, message: string, details: VaultErrorDetails) {
    const { address, path, hint, cause } = details;
    super(code, message, {
      locator: path === undefined ? address : `${address}${path}`,
      ...(hint === undefined ? {} : { hint }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.address = address;
    this.path = path;
    this.status = details.status;
    this.vaultMessages = Object.freeze([...(details.vaultMessages ?? [])]);
    this.requestId = details.requestId;
    this.repeatable = details.repeatable ?? false;
  }
}
