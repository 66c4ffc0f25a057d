import type { X509Certificate } from 'node:crypto';
import type { JsonMap } from '../json/json-value.js';

/** What a request wants done. A write is a create or an update; the backend says which. `other` is none. */
export type Operation = 'create' | 'read' | 'update' | 'delete' | 'list' | 'help' | 'other';

/** How an answer is to be wrapped: milliseconds, and `jwt` or nothing. */
export interface WrapRequest {
  readonly ttl: number;
  readonly format: string;
}

/** Read only where they count: most requests have nothing to do with them. */
export type ClientCertificates = () => readonly X509Certificate[] | undefined;

/** A request to the logical core, free of HTTP. */
export interface LogicalRequest {
  readonly id: string;
  readonly operation: Operation;
  /** Without `/v1/` and without a slash in front, decoded. */
  readonly path: string;
  readonly data: JsonMap;
  /** Empty when none was sent. */
  readonly clientToken: string;
  readonly remoteAddress: string;
  /** What the client showed with its TLS connection, its own certificate first; undefined where there is no TLS. */
  readonly clientCertificates?: ClientCertificates;
  readonly wrap?: WrapRequest;
}
