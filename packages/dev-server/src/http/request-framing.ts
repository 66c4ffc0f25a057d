/** Longer heads are left to node:http, which refuses them. */
const MAX_HEAD = 65_536;

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
/** The characters that a verb may have, and line ends, which may stand before one. */
const BEGINS_A_HEAD = /^[!#$%&'*+.^_`|~0-9A-Za-z\r\n-]/;

type Part =
  | { readonly kind: 'head' }
  | { readonly kind: 'body'; readonly left: number; readonly after: 'head' | 'chunk-size' }
  | { readonly kind: 'chunk-size' }
  | { readonly kind: 'trailer' }
  | { readonly kind: 'raw' };

/**
 * Follows the requests of one connection closely enough to know where each head begins. Whatever does not
 * look right is passed on untouched from there on: judging it is the parser's business.
 */
export class RequestFraming {
  #part: Part = { kind: 'head' };
  #pending: Buffer = Buffer.alloc(0);

  constructor(private readonly rewriteHead: (head: string) => string) {}

  /** What of the input can be passed on by now. */
  push(chunk: Buffer): Buffer[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const out: Buffer[] = [];
    while (this.#pending.length > 0) {
      const piece = this.next();
      if (piece === undefined) break;
      if (piece.length > 0) out.push(piece);
    }
    return out;
  }

  /** What was held back when the input ends. */
  rest(): Buffer | undefined {
    const rest = this.#pending.length > 0 ? this.#pending : undefined;
    this.#pending = Buffer.alloc(0);
    return rest;
  }

  private take(length: number): Buffer {
    const taken = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return taken;
  }

  private takeAll(): Buffer {
    this.#part = { kind: 'raw' };
    return this.take(this.#pending.length);
  }

  private next(): Buffer | undefined {
    switch (this.#part.kind) {
      case 'head':
        return this.head();
      case 'body': {
        const taken = this.take(this.#part.left);
        const left = this.#part.left - taken.length;
        this.#part = left > 0 ? { ...this.#part, left } : { kind: this.#part.after };
        return taken;
      }
      case 'chunk-size':
        return this.chunkSize();
      case 'trailer':
        return this.trailer();
      default:
        return this.take(this.#pending.length);
    }
  }

  private head(): Buffer | undefined {
    // Such as the greeting of a client that takes this for TLS: it waits, and would wait for ever.
    if (!BEGINS_A_HEAD.test(this.#pending.toString('latin1', 0, 1))) return this.takeAll();
    const end = this.#pending.indexOf(END_OF_HEAD);
    if (end === -1) return this.#pending.length > MAX_HEAD ? this.takeAll() : undefined;
    const head = this.take(end + END_OF_HEAD.length).toString('latin1');
    this.#part = bodyOf(head);
    return Buffer.from(this.rewriteHead(head), 'latin1');
  }

  private chunkSize(): Buffer | undefined {
    const end = this.#pending.indexOf(LINE_END);
    if (end === -1) return this.#pending.length > MAX_HEAD ? this.takeAll() : undefined;
    const size = /^\s*([0-9a-fA-F]{1,12})\s*(?:;|$)/.exec(this.#pending.toString('latin1', 0, end))?.[1];
    if (size === undefined) return this.takeAll();
    const length = Number.parseInt(size, 16);
    // A chunk ends with a line end of its own.
    this.#part = length === 0 ? { kind: 'trailer' } : { kind: 'chunk-size' };
    const whole = end + LINE_END.length + (length === 0 ? 0 : length + LINE_END.length);
    if (this.#pending.length >= whole) return this.take(whole);
    const taken = this.take(this.#pending.length);
    this.#part = { kind: 'body', left: whole - taken.length, after: 'chunk-size' };
    return taken;
  }

  private trailer(): Buffer | undefined {
    const end = this.#pending.indexOf(LINE_END);
    if (end === -1) return this.#pending.length > MAX_HEAD ? this.takeAll() : undefined;
    if (end === 0) this.#part = { kind: 'head' };
    return this.take(end + LINE_END.length);
  }
}

function bodyOf(head: string): Part {
  if (/^CONNECT /.test(head) || /\r\nupgrade:/i.test(head)) return { kind: 'raw' };
  if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(head)) return { kind: 'chunk-size' };
  const length = /\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n/i.exec(head)?.[1];
  const left = Number(length ?? 0);
  return left > 0 ? { kind: 'body', left, after: 'head' } : { kind: 'head' };
}
