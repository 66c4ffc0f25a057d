import { type AnswerHead, readFields, readHead } from './answer-head.js';
import { HttpFault } from './http-fault.js';

/** Is told of an answer as it comes in. */
export interface AnswerReceiver {
  head(head: AnswerHead): void;
  data(chunk: Buffer): void;
}

/** Node.js allows as much. */
const maxHeadBytes = 16 * 1024;
/** A length in hexadecimal digits, and what a proxy may have put behind it. */
const maxChunkLineBytes = 256;
const beginning = 'HTTP/1.';
const nothing = Buffer.alloc(0);

/** A line of which the end may still be missing. Extensions mean nothing to anybody. */
const chunkLine = /^([\da-f]{1,12})(?:;[\t\x20-\x7e]*)?(?:(\r\n)|\r?$)/i;
/** Half a line end, or a character that is in no line: whoever sends it may wait for nothing more. */
const noLine = /(?<!\r)\n|\r(?!\n|$)|[^\t\r\n\x20-\x7e\x80-\xff]/;

type Stage = 'head' | 'body' | 'chunk-line' | 'chunk' | 'chunk-end' | 'trailers' | 'over';

/** Reads one HTTP/1.1 answer, in whatever pieces it comes. It knows of no connection. */
export class AnswerReader {
  /** Whether another answer may follow this one on the same connection. */
  keepAlive = false;
  /** The head of the answer; undefined until it is there. */
  head: AnswerHead | undefined;
  readonly #bodyless: boolean;
  readonly #receiver: AnswerReceiver;
  #stage: Stage = 'head';
  /** What has come and could not be read yet. */
  #pending: Buffer = nothing;
  /** How many bytes are to come of the body, or of the chunk. */
  #left = 0;

  /** @param bodyless whether the answer has no body, whatever it says, as one to HEAD */
  constructor(receiver: AnswerReceiver, bodyless: boolean) {
    this.#receiver = receiver;
    this.#bodyless = bodyless;
  }

  /** No more is wanted of the answer. */
  stop(): void {
    this.#stage = 'over';
    this.#pending = nothing;
  }

  /**
   * Takes what came.
   *
   * @returns whether the answer is complete with it
   * @throws HttpFault
   */
  read(chunk: Buffer): boolean {
    let rest: Buffer | undefined = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = nothing;
    while (rest !== undefined && rest.length > 0 && this.#stage !== 'over') rest = this.#step(rest);
    if (this.#stage !== 'over') return false;
    // What comes behind an answer is none that was asked for.
    if (rest !== undefined && rest.length > 0) this.keepAlive = false;
    return true;
  }

  /**
   * The other side will send no more.
   *
   * @returns whether that is the end of the answer: where nothing else says where it ends
   */
  finish(): boolean {
    return this.#stage === 'body' && this.head?.framing === 'close';
  }

  /** @returns what is left to read; undefined to wait for more */
  #step(bytes: Buffer): Buffer | undefined {
    switch (this.#stage) {
      case 'head':
        return this.#readHead(bytes);
      case 'chunk-line':
        return this.#readChunkLine(bytes);
      case 'chunk-end':
        return this.#readChunkEnd(bytes);
      case 'trailers':
        return this.#readTrailers(bytes);
      default:
        return this.#readBody(bytes);
    }
  }

  #readHead(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1 || end > maxHeadBytes) {
      checkBeginning(bytes);
      return this.#waitForFields(bytes);
    }
    const head = readHead(bytes.toString('latin1', 0, end), this.#bodyless);
    const rest = bytes.subarray(end + 4);
    if (head.status === 101) throw new HttpFault('HTTP_UPGRADE');
    // An answer before the answer, such as 103.
    if (head.status < 200) return rest;
    this.head = head;
    this.keepAlive = head.keepAlive && head.framing !== 'close';
    this.#stage = head.framing === 'chunked' ? 'chunk-line' : head.framing === 0 ? 'over' : 'body';
    this.#left = typeof head.framing === 'number' ? head.framing : Number.POSITIVE_INFINITY;
    this.#receiver.head(head);
    return rest;
  }

  #readBody(bytes: Buffer): Buffer | undefined {
    const taken = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    const rest = bytes.subarray(taken.length);
    this.#left -= taken.length;
    if (this.#left === 0) this.#stage = this.#stage === 'chunk' ? 'chunk-end' : 'over';
    this.#receiver.data(taken);
    return rest;
  }

  #readChunkLine(bytes: Buffer): Buffer | undefined {
    const [line = '', digits, end] = chunkLine.exec(bytes.toString('latin1', 0, maxChunkLineBytes + 2)) ?? [];
    if (digits === undefined) throw new HttpFault('HTTP_BAD_CHUNK');
    if (end === undefined) return this.#wait(bytes, maxChunkLineBytes + 1, 'HTTP_BAD_CHUNK');
    this.#left = Number.parseInt(digits, 16);
    this.#stage = this.#left === 0 ? 'trailers' : 'chunk';
    // With the end of its line the last chunk looks like the first line of a head, so that both end alike.
    return bytes.subarray(this.#left === 0 ? line.length - 2 : line.length);
  }

  #readChunkEnd(bytes: Buffer): Buffer | undefined {
    if (bytes[0] !== 13 || (bytes.length > 1 && bytes[1] !== 10)) throw new HttpFault('HTTP_BAD_CHUNK');
    if (bytes.length < 2) return this.#wait(bytes, 2, 'HTTP_BAD_CHUNK');
    this.#stage = 'chunk-line';
    return bytes.subarray(2);
  }

  /** Fields behind the body. Nobody asked for any: they are passed over, up to the empty line. */
  #readTrailers(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1 || end > maxHeadBytes) return this.#waitForFields(bytes);
    readFields(bytes.toString('latin1', 0, end).split('\r\n'), 1);
    this.#stage = 'over';
    return bytes.subarray(end + 4);
  }

  #waitForFields(bytes: Buffer): undefined {
    if (noLine.test(bytes.toString('latin1'))) throw new HttpFault('HTTP_BAD_HEADER');
    // With all but the last byte of the empty line.
    return this.#wait(bytes, maxHeadBytes + 3, 'HTTP_LONG_HEADER');
  }

  #wait(bytes: Buffer, most: number, code: 'HTTP_LONG_HEADER' | 'HTTP_BAD_CHUNK'): undefined {
    if (bytes.length > most) throw new HttpFault(code);
    this.#pending = bytes;
  }
}

/** Whoever speaks another protocol is not waited for. */
function checkBeginning(bytes: Buffer): void {
  const text = bytes.toString('latin1', 0, beginning.length);
  if (!beginning.startsWith(text)) throw new HttpFault('HTTP_BAD_STATUS_LINE');
}
