/** The body of an answer as it comes in. It takes no more than twice its size, in however small pieces it comes. */
export class AnswerBody {
  #bytes: Buffer | undefined;
  #size = 0;

  /** How many bytes have come. */
  get size(): number {
    return this.#size;
  }

  add(chunk: Buffer): void {
    const size = this.#size + chunk.length;
    if (this.#bytes === undefined) {
      // Nearly every body comes in one piece, and is not copied.
      this.#bytes = chunk;
    } else {
      if (this.#bytes.length < size) {
        const larger = Buffer.allocUnsafe(Math.max(size, this.#bytes.length * 2));
        this.#bytes.copy(larger, 0, 0, this.#size);
        this.#bytes = larger;
      }
      chunk.copy(this.#bytes, this.#size);
    }
    this.#size = size;
  }

  /** The body as UTF-8. */
  text(): string {
    return this.#bytes?.toString('utf8', 0, this.#size) ?? '';
  }
}
