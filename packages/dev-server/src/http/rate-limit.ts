import type { VaultCore } from '../core/vault-core.js';
import { parseBool } from '../go/parse-number.js';
import { fullPath } from '../mounts/mount-entry.js';
import type { RateLimitVerdict } from '../quotas/rate-limiter.js';
import { type Answer, errorAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';

/** What the quotas make of a request: an answer at once, or headers for the answer to come. */
export type RateLimitOutcome =
  | { readonly answer: Answer }
  | { readonly headers: Readonly<Record<string, string>> };

const headersFor = (verdict: RateLimitVerdict): Record<string, string> => ({
  'X-Ratelimit-Limit': String(verdict.limit),
  'X-Ratelimit-Remaining': String(verdict.remaining),
  'X-Ratelimit-Reset': String(verdict.resetAfter),
  ...(verdict.allowed ? {} : { 'Retry-After': String(verdict.resetAfter) }),
});

/** A list is that of a folder. */
function logicalPath({ method, target }: HttpRequest): string {
  const path = target.path.replace(/^\/v1\//, '');
  const lists = method === 'LIST' || (method === 'GET' && parseBool(target.query.get('list')?.[0] ?? ''));
  return lists && !path.endsWith('/') ? `${path}/` : path;
}

export function applyRateLimit(core: VaultCore, request: HttpRequest): RateLimitOutcome {
  const path = logicalPath(request);
  const mount = core.mounts.route(path)?.entry;
  const verdict = request.target.path.startsWith('/v1/')
    ? core.rateLimiter.take(path, mount === undefined ? '' : fullPath(mount))
    : undefined;
  if (verdict === undefined) return { headers: {} };
  const headers = core.rateLimiter.config.rateLimitHeaders ? headersFor(verdict) : {};
  if (verdict.allowed) return { headers };
  const answer = errorAnswer(429, `request path "${path}": rate limit quota exceeded`);
  return { answer: { ...answer, headers: { ...answer.headers, ...headers } } };
}
