import { type FileHandle, open, stat } from 'node:fs/promises';
import type { AuditRecord } from './audit-record.js';
import type { RecordTaker } from './audit-sink.js';

/** How many records are written at a time. */
const batchSize = 1_000;

/**
 * A file to whose end records are written, a line of JSON each. One that is moved away, as logrotate does, is
 * written to no longer: another one is made in its place.
 */
export class AuditFile implements RecordTaker {
  readonly #path: string;
  #handle: FileHandle | undefined;
  /** How much of the first record is in the file already: a full disk takes parts of lines. */
  #begun = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async take(records: AuditRecord[]): Promise<void> {
    const handle = await this.#current();
    const lines = records.slice(0, batchSize).map((record) => Buffer.from(`${JSON.stringify(record)}\n`));
    const bytes = Buffer.concat(lines);
    let written = this.#begun;
    try {
      while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten;
    } finally {
      let whole = 0;
      for (const { length } of lines) {
        if (written < length) break;
        written -= length;
        whole += 1;
      }
      records.splice(0, whole);
      this.#begun = written;
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** The file that now has the name. */
  async #current(): Promise<FileHandle> {
    if (this.#handle !== undefined && !(await this.#isStillThere(this.#handle))) await this.close();
    if (this.#handle === undefined) {
      this.#handle = await open(this.#path, 'a', 0o600);
      this.#begun = 0;
    }
    return this.#handle;
  }

  async #isStillThere(handle: FileHandle): Promise<boolean> {
    const [mine, there] = await Promise.all([handle.stat(), stat(this.#path).catch(() => undefined)]);
    return mine.ino === there?.ino && mine.dev === there.dev;
  }
}
