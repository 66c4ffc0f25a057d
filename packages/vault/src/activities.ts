import { isSourceError, type SourceActivity, type SourceErrorCode } from '@strongroom/core';
import { requestIdOf } from './request-id.js';
import { undisturbed } from './undisturbed.js';
import { VaultError } from './vault-error.js';

/** What is to be told of something that went well. */
export interface Success {
  /** A path, an auth mount, an address. */
  readonly locator: string;
  /** Infinity for what does not end. */
  readonly ttlMs?: number;
  /** What Vault answered, for the id of the request. */
  readonly body?: unknown;
}

/** Tells whoever wants to know what a client does to be able to answer, and what is done to it. */
export class Activities {
  readonly #listeners = new Set<(activity: SourceActivity) => void>();

  /** @returns a function that calls it off */
  listen(listener: (activity: SourceActivity) => void): () => void {
    // An own function for each time, so that one listener that listens twice hears everything twice.
    const own = (activity: SourceActivity) => listener(activity);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  succeeded(type: SourceActivity['type'], { locator, ttlMs, body }: Success): void {
    const requestId = requestIdOf(body);
    this.#tell({
      type,
      outcome: 'success',
      locator,
      ...(requestId === undefined ? {} : { requestId }),
      ...life(ttlMs),
    });
  }

  /**
   * @param error why; of anything but an error of a source nothing goes on
   * @param ttlMs how long what was obtained before still lasts, in milliseconds
   */
  failed(type: SourceActivity['type'], locator: string, error: unknown, ttlMs?: number): void {
    this.#tell({ type, outcome: 'failure', locator, ...causeOf(error), ...life(ttlMs) });
  }

  /** Tells of an error that says that Vault denied a request; no other one is told of. */
  refused(error: unknown): void {
    if (!(error instanceof VaultError) || error.status !== 403 || error.path === undefined) return;
    this.failed('refusal', plainPath(error.path), error);
  }

  #tell(activity: SourceActivity): void {
    Object.freeze(activity);
    for (const listener of [...this.#listeners]) undisturbed(() => listener(activity));
  }
}

/** A path of a request as people write it: `secret/data/app/database`. */
export function plainPath(path: string): string {
  const plain = path.replace(/^\/v1\//, '');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

function causeOf(error: unknown): { readonly code?: SourceErrorCode; readonly requestId?: string } {
  if (!isSourceError(error)) return {};
  const requestId = error instanceof VaultError ? error.requestId : undefined;
  return { code: error.code, ...(requestId === undefined ? {} : { requestId }) };
}

const life = (ttlMs: number | undefined): { readonly ttlMs?: number } =>
  ttlMs === undefined || ttlMs === Number.POSITIVE_INFINITY ? {} : { ttlMs: Math.max(0, ttlMs) };
