/** No smaller, so that the second chunk is seldom followed by a larger copy. */
const leastBytes = 16 * 1024;

/**
 * The body of an answer as it comes in. A single chunk, as nearly every body is, stays what it is; several are copied
 * into one buffer, as a chunk of one byte would keep all alive that was read from the connection with it.
 */
export class AnswerBody {
  #bytes: Buffer | undefined;
  #size = 0;

  /** How many bytes have come. */
  get size(): number {
    return this.#size;
  }

  add(chunk: Buffer): void {
    const size = this.#size + chunk.length;
    if (this.#bytes === undefined) this.#bytes = chunk;
    else {
      if (size > this.#bytes.length) this.#bytes = this.#copy(Math.max(2 * size, leastBytes));
      chunk.copy(this.#bytes, this.#size);
    }
    this.#size = size;
  }

  /** The body as UTF-8. */
  text(): string {
    return this.#bytes?.toString('utf8', 0, this.#size) ?? '';
  }

  #copy(bytes: number): Buffer {
    const larger = Buffer.allocUnsafe(bytes);
    this.#bytes?.copy(larger, 0, 0, this.#size);
    return larger;
  }
}
