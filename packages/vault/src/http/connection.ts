import type { Socket } from 'node:net';
import type { AnswerHead } from './answer-head.js';
import { AnswerReader, type AnswerReceiver } from './answer-reader.js';
import { HttpFault } from './http-fault.js';
import type { RequestText } from './request-text.js';

/** Is told of an answer, or why there is none. */
export interface ExchangeReceiver extends AnswerReceiver {
  /** The answer is complete, and the connection free for the next. */
  end(): void;
  /** The connection is lost or destroyed, in the middle of the answer or before it. */
  failed(error: unknown): void;
}

/** What a connection tells to whoever keeps those that wait for work. */
export interface ConnectionKeeper {
  /** It can be used again. */
  free(connection: Connection): void;
  /** It cannot be used any more. */
  gone(connection: Connection): void;
}

/** The longest that a timer of Node.js waits. */
const maxTimeoutMs = 2 ** 31 - 1;

/** A connection that is made, and secured where it is to be: one request at a time. */
export class Connection {
  readonly #socket: Socket;
  readonly #keeper: ConnectionKeeper;
  readonly #idleTimeoutMs: number;
  #timeoutMs: number;
  #receiver: ExchangeReceiver | undefined;
  #reader: AnswerReader | undefined;

  /** @param idleTimeoutMs how long it may wait for work, in milliseconds */
  constructor(socket: Socket, keeper: ConnectionKeeper, idleTimeoutMs: number) {
    this.#socket = socket;
    this.#keeper = keeper;
    this.#idleTimeoutMs = Math.min(idleTimeoutMs, maxTimeoutMs);
    this.#timeoutMs = this.#idleTimeoutMs;
    socket.setTimeout(this.#timeoutMs);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#lost(error));
    socket.on('close', () => this.#lost({ code: 'ECONNRESET' }));
    // How long a request may take is not for the connection to say.
    socket.on('timeout', () => {
      if (this.#receiver === undefined) this.destroy();
    });
  }

  get usable(): boolean {
    return this.#socket.writable && !this.#socket.destroyed;
  }

  /** Makes a request. The receiver is told of the answer, or of a failure, once, unless `destroy` is called before. */
  send(request: RequestText, receiver: ExchangeReceiver): void {
    const socket = this.#socket;
    this.#receiver = receiver;
    this.#reader = new AnswerReader(receiver, request.method === 'HEAD');
    socket.ref();
    if (request.body === undefined) {
      socket.write(request.head, 'latin1');
      return;
    }
    socket.cork();
    socket.write(request.head, 'latin1');
    socket.write(request.body, 'utf8');
    socket.uncork();
  }

  /** Nobody is told: whoever calls it knows. */
  destroy(): void {
    this.#release();
    this.#keeper.gone(this);
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const reader = this.#reader;
    try {
      // What was not asked for is read by nobody.
      if (reader === undefined) this.destroy();
      else if (reader.read(chunk)) this.#complete(reader);
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      this.#lost(error);
    }
  }

  #ended(): void {
    if (this.#reader?.finish() === true) this.#complete(this.#reader);
    else this.#lost({ code: 'ECONNRESET' });
  }

  #complete({ keepAlive, head }: AnswerReader): void {
    const receiver = this.#receiver;
    // Told to stop in the middle of it.
    if (receiver === undefined) return;
    this.#release();
    if (keepAlive && this.#mayWait(head)) {
      this.#socket.unref();
      this.#keeper.free(this);
    } else {
      this.destroy();
    }
    receiver.end();
  }

  /** Not longer than the other side says that it keeps a connection, and not if it left a part of a request unread. */
  #mayWait(head: AnswerHead | undefined): boolean {
    const socket = this.#socket;
    const [, seconds] = /(?:^|,)\s*timeout=(\d{1,9})\b/i.exec(head?.headers.get('keep-alive') ?? '') ?? [];
    // One second less, so that it is not closed there while a request is on its way.
    const allowedMs = seconds === undefined ? this.#idleTimeoutMs : Number(seconds) * 1000 - 1000;
    const timeoutMs = Math.min(this.#idleTimeoutMs, allowedMs);
    if (timeoutMs <= 0 || socket.writableLength > 0 || !this.usable) return false;
    if (timeoutMs !== this.#timeoutMs) socket.setTimeout(timeoutMs);
    this.#timeoutMs = timeoutMs;
    return true;
  }

  #lost(error: unknown): void {
    const receiver = this.#receiver;
    this.destroy();
    receiver?.failed(error);
  }

  #release(): void {
    this.#reader?.stop();
    // The request that is over, and with it the secret, is not to live as long as the connection.
    this.#reader = undefined;
    this.#receiver = undefined;
  }
}
