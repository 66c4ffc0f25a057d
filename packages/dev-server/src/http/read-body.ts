import type { IncomingMessage } from 'node:http';

/** Longer bodies are refused, as Vault refuses them: 32 MiB. */
export const MAX_BODY = 32 * 1024 * 1024;

/** So much of a body that is too long is still read, so that the client gets to read the answer. */
const MAX_DRAINED = 2 * MAX_BODY;

/**
 * Reads a body whole.
 *
 * @returns undefined where it was too long
 * @throws when the client went away
 */
export function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    message.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY) chunks.push(chunk);
      else chunks = [];
      if (length > MAX_DRAINED) {
        message.removeAllListeners('data');
        resolve(undefined);
      }
    });
    message.on('end', () => resolve(length > MAX_BODY ? undefined : Buffer.concat(chunks)));
    message.on('error', reject);
    message.on('close', () => {
      // It comes after every request; an error with its stack is dear.
      if (!message.complete) reject(new Error('the client went away'));
    });
  });
}
