import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unwritable } from '../file-fault.js';
import type { Target } from '../target.js';
import type { JournalRecord, NotWrittenRecord, RunRecord, WrittenRecord } from './journal-record.js';

type Unstamped<R = JournalRecord> = R extends RunRecord ? never : R extends unknown ? Omit<R, 'run'> : never;

/**
 * The file in which a run notes what it is about to write: one JSON object a line, only ever appended to, mode 0600.
 * What is noted survives the end of the program; what is appended survives a power cut.
 */
export class Journal {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #run = randomUUID();
  /** The next time that the disk is waited for: one for all that comes before it begins. */
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
      if (!(await endsWithLine(handle))) journal.#write('\n');
      journal.#note({ type: 'run', run: journal.#run, at: new Date().toISOString(), target });
      await journal.#onDisk();
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
  async append(record: Unstamped): Promise<void> {
    this.note(record);
    await this.#onDisk();
  }

  /**
   * Appends a record that need not be waited for: without it the versions tell as much.
   *
   * @throws StrongroomError `FILE_UNWRITABLE`
   */
  note(record: Unstamped): void {
    this.#note({ ...record, run: this.#run });
  }

  /** Appends what is now known of a write of an earlier run. */
  settle(record: WrittenRecord | NotWrittenRecord): void {
    this.#note(record);
  }

  /**
   * Closes the file, when all that it has is on the disk.
   *
   * @throws StrongroomError `FILE_UNWRITABLE` when it is not
   */
  async close(): Promise<void> {
    try {
      await this.#onDisk();
    } finally {
      await this.#handle.close();
    }
  }

  #note(record: JournalRecord): void {
    this.#write(`${JSON.stringify(record)}\n`);
  }

  /** At once, so that the records are in the order in which things happened. */
  #write(text: string): void {
    try {
      appendFileSync(this.#handle.fd, text);
    } catch (error) {
      throw unwritable(this.#file, 'The journal', error);
    }
  }

  #onDisk(): Promise<void> {
    this.#next ??= this.#last.then(() => this.#sync());
    return this.#next;
  }

  async #sync(): Promise<void> {
    this.#last = this.#next ?? this.#last;
    this.#next = undefined;
    try {
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
