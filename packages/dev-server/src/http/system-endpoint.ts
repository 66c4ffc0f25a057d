import type { VaultCore } from '../core/vault-core.js';
import type { Answer } from './answer.js';
import type { HttpRequest } from './http-request.js';

/** An endpoint that is answered without the logical core, whether the server is sealed or not. */
export type SystemEndpoint = (core: VaultCore, request: HttpRequest) => Answer | Promise<Answer>;

export const isWrite = (request: HttpRequest): boolean =>
  request.method === 'PUT' || request.method === 'POST';
