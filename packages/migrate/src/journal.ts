import { randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unwritable } from './file-fault.js';
import type { JournalRecord, NotWrittenRecord, RunRecord, WrittenRecord } from './journal-record.js';
import type { Target } from './target.js';

type Unstamped<R = JournalRecord> = R extends RunRecord ? never : R extends unknown ? Omit<R, 'run'> : never;

/**
 * The file in which a run notes what it is about to write: one JSON object a line, only ever appended to, mode 0600.
 * Records that wait at one time go to the disk together.
 */
export class Journal {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #run = randomUUID();
  #lines: string[] = [];
  /** The write that the lines wait for, which begins when the one under way has ended. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  /**
   * Opens a journal, or begins one.
   *
   * @throws StrongroomError `FILE_UNWRITABLE`
   */
  static async open(file: string, target: Target): Promise<Journal> {
    const handle = await open(file, 'a+', 0o600).catch((error: unknown) => {
      throw unwritable(file, 'The journal', error);
    });
    const journal = new Journal(file, handle);
    try {
      // After a crash the last line may have no end.
      if (!(await endsWithLine(handle))) journal.#lines.push('');
      await journal.#add({ type: 'run', run: journal.#run, at: new Date().toISOString(), target });
      await syncFolder(dirname(file));
    } catch (error) {
      await handle.close();
      throw error;
    }
    return journal;
  }

  /**
   * Appends a record.
   *
   * @returns when it is on the disk
   * @throws StrongroomError `FILE_UNWRITABLE`, for this record and every later one
   */
  append(record: Unstamped): Promise<void> {
    return this.#add({ ...record, run: this.#run });
  }

  /** Appends what is now known of a write of an earlier run. */
  settle(record: WrittenRecord | NotWrittenRecord): Promise<void> {
    return this.#add(record);
  }

  /**
   * Closes the file, when all that was appended is on the disk.
   *
   * @throws StrongroomError `FILE_UNWRITABLE` when it is not
   */
  async close(): Promise<void> {
    try {
      await (this.#next ?? this.#last);
    } finally {
      await this.#handle.close();
    }
  }

  #add(record: JournalRecord): Promise<void> {
    this.#lines.push(JSON.stringify(record));
    this.#next ??= this.#last.then(() => this.#write());
    // Whoever appends may look for the failure only when closing.
    this.#next.catch(() => undefined);
    return this.#next;
  }

  async #write(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    this.#last = this.#next ?? this.#last;
    this.#next = undefined;
    try {
      await this.#handle.appendFile(`${lines.join('\n')}\n`);
      await this.#handle.datasync();
    } catch (error) {
      throw unwritable(this.#file, 'The journal', error);
    }
  }
}

async function endsWithLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString('latin1') === '\n';
}

/** A new file survives a power cut only with the folder that names it. Not every system can be asked for that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
