import { METHODS } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { RequestFraming } from './request-framing.js';

const KNOWN = new Set(METHODS);

/**
 * Stands between a socket and node:http, whose parser knows a fixed set of verbs and refuses Vault's `LIST`.
 * The head of a request with another verb is rewritten to GET plus a header that carries the real one; all
 * else passes through as it is.
 */
export class MethodTranslator extends Duplex {
  readonly #framing: RequestFraming;

  constructor(
    readonly socket: Socket,
    header: string,
  ) {
    super({ allowHalfOpen: true });
    this.#framing = new RequestFraming((head) => {
      const method = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) /.exec(head)?.[1];
      if (method === undefined || KNOWN.has(method)) return head;
      return head.replace(method, 'GET').replace('\r\n', `\r\n${header}: ${method}\r\n`);
    });
    socket.on('data', (chunk: Buffer) => {
      for (const piece of this.#framing.push(chunk)) if (!this.push(piece)) socket.pause();
    });
    socket.on('end', () => {
      this.push(this.#framing.rest());
      this.push(null);
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  get remoteAddress(): string | undefined {
    return this.socket.remoteAddress;
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }
}
