import type { VaultCore } from '../core/vault-core.js';
import { type Answer, errorAnswer, textAnswer } from './answer.js';
import { cleanPath, escapePath } from './clean-path.js';
import { applyCors } from './cors.js';
import { asksForHelp, helpEndpoint } from './help-endpoint.js';
import type { HttpRequest } from './http-request.js';
import { logicalEndpoint } from './logical-endpoint.js';
import { applyRateLimit } from './rate-limit.js';
import { redirectAnswer } from './redirect-answer.js';
import { whenStandby } from './standby.js';
import { SYSTEM_ENDPOINTS } from './system-endpoints.js';

/** Parts of `sys/` whose answers show their data twice; a slash at the end stands for all below. */
const DOUBLED = new Set([
  '/v1/sys/audit',
  '/v1/sys/audit/',
  '/v1/sys/audit-hash/',
  '/v1/sys/auth',
  '/v1/sys/auth/',
  '/v1/sys/config/cors',
  '/v1/sys/config/auditing/request-headers/',
  '/v1/sys/config/auditing/request-headers',
  '/v1/sys/capabilities',
  '/v1/sys/capabilities-accessor',
  '/v1/sys/capabilities-self',
  '/v1/sys/ha-status',
  '/v1/sys/key-status',
  '/v1/sys/mounts',
  '/v1/sys/mounts/',
  '/v1/sys/policy',
  '/v1/sys/policy/',
  '/v1/sys/rekey/backup',
  '/v1/sys/rekey/recovery-key-backup',
  '/v1/sys/remount',
  '/v1/sys/rotate',
  '/v1/sys/wrapping/wrap',
]);

const FOLDERS = [
  '/v1/sys/',
  '/v1/',
  '/v1/sys/config/state/',
  '/v1/sys/pprof/',
  ...[...DOUBLED].filter((pattern) => pattern.endsWith('/')),
];

const isExact = (path: string): boolean => SYSTEM_ENDPOINTS.has(path) || DOUBLED.has(path);

/** Whether a path is only known with a slash at its end. */
const lacksSlash = (path: string): boolean => !isExact(path) && FOLDERS.includes(`${path}/`);

const isDoubled = (path: string): boolean =>
  DOUBLED.has(path) || [...DOUBLED].some((pattern) => pattern.endsWith('/') && path.startsWith(pattern));

function redirection(request: HttpRequest): Answer | undefined {
  const { path, search } = request.target;
  const clean = lacksSlash(cleanPath(path)) ? `${cleanPath(path)}/` : cleanPath(path);
  if (clean === path) return undefined;
  return redirectAnswer(request.method, `${escapePath(clean)}${search}`, 301);
}

/** Serves a request whose path was found to be acceptable. */
export async function dispatch(core: VaultCore, request: HttpRequest): Promise<Answer> {
  const { path } = request.target;
  const userInterfacePath = path === '/' || path === '/robots.txt' || path.startsWith('/ui');
  if (!path.startsWith('/v1/') && !userInterfacePath) return errorAnswer(404);
  const elsewhere = whenStandby(core, request, (active) => dispatch(active, request));
  if (elsewhere !== undefined) return elsewhere;
  const limited = applyRateLimit(core, request);
  if ('answer' in limited) return limited.answer;
  const cors = applyCors(core, request);
  const answer = 'answer' in cors ? cors.answer : await route(core, request);
  const headers = 'answer' in cors ? {} : cors.headers;
  return { ...answer, headers: { ...limited.headers, ...headers, ...answer.headers } };
}

async function route(core: VaultCore, request: HttpRequest): Promise<Answer> {
  const { path } = request.target;
  const outside = !path.startsWith('/v1/');
  if (!outside && asksForHelp(request)) return helpEndpoint(core, request);
  if (outside && !core.hasUi) return textAnswer(404, '404 page not found\n');
  const redirected = redirection(request);
  if (redirected !== undefined) return redirected;
  if (outside) return userInterface(request);
  const endpoint = SYSTEM_ENDPOINTS.get(path);
  return endpoint === undefined ? logicalEndpoint(core, request, isDoubled(path)) : endpoint(core, request);
}

/** There is no user interface behind it, but its address answers. */
const userInterface = (request: HttpRequest): Answer =>
  request.target.path.startsWith('/ui/')
    ? {
        status: 200,
        headers: { 'Content-Type': 'text/html; charset=utf-8' },
        body: '<!doctype html>\n<title>Strongroom dev server</title>\n<p>This server has no user interface.</p>\n',
      }
    : redirectAnswer(request.method, '/ui/', 307);
