import type { VaultError } from '../vault-error.js';

/** What the transport itself knows of a failure, beside what the error says to people. */
export interface FailureNote {
  /** Nothing of the request has reached Vault, so that it may be made elsewhere, whatever it is. */
  readonly unsent?: boolean;
  /** A connection from the pool turned out to be closed, as the other side may do at any moment. */
  readonly stale?: boolean;
  /** The address is left alone, and was not asked at all. */
  readonly open?: boolean;
  /** Of such an address: why, and since when, in milliseconds since 1970. */
  readonly outage?: { readonly cause: VaultError; readonly since: number };
  /** Says nothing against the address: the caller called it off, or the line was full. */
  readonly ours?: boolean;
  /** Where a standby node says that the active one is. */
  readonly location?: string;
}

const notes = new WeakMap<VaultError, FailureNote>();
const none: FailureNote = Object.freeze({});

/** Leaves a note with an error. It is no part of the error: who gets that can do nothing with it. */
export function withNote(error: VaultError, note: FailureNote): VaultError {
  notes.set(error, note);
  return error;
}

export const noteOf = (error: VaultError): FailureNote => notes.get(error) ?? none;
