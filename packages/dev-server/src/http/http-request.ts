import type { ClientCertificates } from '../logical/logical-request.js';
import type { RequestTarget } from './request-target.js';

/** A request as it came in, its body read. */
export interface HttpRequest {
  readonly method: string;
  readonly target: RequestTarget;
  /** Names in lower case; several of one name joined with commas. */
  readonly headers: ReadonlyMap<string, string>;
  /** Undefined where it was longer than the limit. */
  readonly body: Buffer | undefined;
  readonly remoteAddress: string;
  readonly clientCertificates?: ClientCertificates;
}
