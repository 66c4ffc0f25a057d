import type { IncomingMessage, ServerResponse } from 'node:http';
import type { VaultCore } from '../core/vault-core.js';
import { type Answer, errorAnswer, textAnswer } from '../http/answer.js';
import { dispatch } from '../http/endpoint-table.js';
import type { HttpRequest } from '../http/http-request.js';
import { readBody } from '../http/read-body.js';
import { isPrintable, parseTarget } from '../http/request-target.js';
import { respondWithFailure } from './failure-response.js';
import type { FailureRules } from './failure-rules.js';
import type { RequestLog } from './request-log.js';
import { shownCertificates } from './shown-certificates.js';

/** What answers the requests of one server. */
export interface RequestHandlerParts {
  readonly core: VaultCore;
  readonly rules: FailureRules;
  readonly log: RequestLog;
  /** Name of the header that carries a verb which node:http does not know. */
  readonly methodHeader: string;
  /** Resolves after a while, or never when the server closes before. */
  readonly delay: (milliseconds: number) => Promise<void>;
  /** Called after every request that may have changed the state. */
  readonly changed: () => void;
}

const headersOf = (message: IncomingMessage): Map<string, string> => {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
};

function send(response: ServerResponse, answer: Answer): void {
  const { body } = answer;
  const hasLength = answer.status !== 204 && answer.status !== 304;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(hasLength ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}),
  });
  response.end(body);
}

/** The proper answer to a request. Cache-Control comes from here: refused paths do not carry it. */
async function answerTo(parts: RequestHandlerParts, request: HttpRequest): Promise<Answer> {
  if (!isPrintable(request.target.path)) return { status: 400, headers: {}, body: '' };
  const answer = await dispatch(parts.core, request);
  return { ...answer, headers: { 'Cache-Control': 'no-store', ...answer.headers } };
}

/** Serves one HTTP request, failure rules first. Never rejects. */
export async function handleHttp(
  parts: RequestHandlerParts,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A client that goes away in the middle is no matter of ours.
  message.on('error', () => {});
  response.on('error', () => {});
  const headers = headersOf(message);
  const method = headers.get(parts.methodHeader) ?? message.method ?? '';
  const raw = message.url ?? '';
  const answered = parts.log.add({ method, headers }, raw, parts.core.now());
  try {
    const failure = parts.rules.take(method, raw);
    if (typeof failure === 'object' && 'delayMs' in failure) {
      await parts.delay(failure.delayMs);
    } else if (failure !== undefined) {
      message.resume();
      const status = respondWithFailure(failure, response);
      if (status !== undefined) answered(status);
      return;
    }
    const target = parseTarget(raw);
    if (target === undefined) {
      message.resume();
      answered(400);
      send(response, {
        ...textAnswer(400, '400 Bad Request'),
        headers: { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' },
      });
      return;
    }
    const body = await readBody(message);
    const remoteAddress = message.socket.remoteAddress ?? '';
    const clientCertificates = () => shownCertificates(message.socket);
    const answer = await answerTo(parts, {
      method,
      target,
      headers,
      body,
      remoteAddress,
      clientCertificates,
    });
    // Noted before it is sent: whoever has the answer finds it in the log.
    answered(answer.status);
    parts.changed();
    send(response, answer);
  } catch {
    if (response.headersSent || message.destroyed) {
      response.destroy();
      return;
    }
    answered(500);
    send(response, errorAnswer(500, 'internal error'));
  }
}
