import type { VaultCore } from '../core/vault-core.js';
import { CORS } from '../sys/cors-config.js';
import { type Answer, errorAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';

const METHODS = ['DELETE', 'GET', 'OPTIONS', 'POST', 'PUT', 'LIST'];

/** What CORS makes of a request: an answer at once, or headers for the answer to come. */
export type CorsOutcome =
  | { readonly answer: Answer }
  | { readonly headers: Readonly<Record<string, string>> };

export function applyCors(core: VaultCore, request: HttpRequest): CorsOutcome {
  const origin = request.headers.get('origin') ?? '';
  const config = core.storage.records(CORS).get('');
  if (config === undefined || origin === '') return { headers: {} };
  if (!config.origins.includes('*') && !config.origins.includes(origin)) {
    return { answer: errorAnswer(403, 'origin not allowed') };
  }
  const headers = { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
  if (request.method !== 'OPTIONS') return { headers };
  if (!METHODS.includes(request.headers.get('access-control-request-method') ?? '')) {
    return { answer: { status: 405, headers: {}, body: '' } };
  }
  return {
    answer: {
      status: 200,
      headers: {
        ...headers,
        'Access-Control-Allow-Methods': METHODS.join(','),
        'Access-Control-Allow-Headers': config.headers.join(','),
        'Access-Control-Max-Age': '300',
      },
      body: '',
    },
  };
}
