import type { ServerResponse } from 'node:http';
import type { FailureAnswer } from './failure-rule.js';

const BROKEN_JSON = '{"request_id":"","lease_id":"","renewable":false,"data":{"data":{"';

/**
 * Carries a failure out.
 *
 * @returns the status that was sent, undefined where none was
 */
export function respondWithFailure(
  answer: Exclude<FailureAnswer, { readonly delayMs: number }>,
  response: ServerResponse,
): number | undefined {
  switch (answer) {
    case 'stall':
      return undefined;
    case 'reset':
      response.socket?.destroy();
      return undefined;
    case 'reset-body':
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': String(BROKEN_JSON.length * 2),
      });
      // Cut only after these bytes have left, so that the client surely sees the half.
      response.write(BROKEN_JSON, () => response.socket?.destroy());
      return 200;
    case 'truncate':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(BROKEN_JSON);
      return 200;
    default:
      response.writeHead(answer.status, { ...answer.headers });
      response.end(answer.body ?? '');
      return answer.status;
  }
}
