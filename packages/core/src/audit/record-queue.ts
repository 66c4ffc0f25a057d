import type { Clock } from '../clock.js';
import { threw } from '../threw.js';
import type { AuditEntry, AuditRecord } from './audit-record.js';
import type { RecordTaker } from './audit-sink.js';

/** How long after a failure the sink is tried again at first, in milliseconds; it doubles with each. */
const firstRetryMs = 1_000;
const lastRetryMs = 60_000;
/** How long the end waits for the sink, in milliseconds. */
const closeWithinMs = 5_000;

export interface QueueOptions {
  readonly taker: RecordTaker;
  readonly clock: Clock;
  /** How many records wait at most. */
  readonly capacity: number;
  /** Gives the next record its number. */
  readonly stamp: (entry: AuditEntry) => AuditRecord;
  /** Told once when the sink begins to fail, and of what is lost at the end. */
  readonly troubled: (details: object, message: string) => void;
}

/** The records that wait for the sink. It disturbs nobody: what happens to the sink happens later, elsewhere. */
export class RecordQueue {
  readonly #options: QueueOptions;
  readonly #waiting: AuditRecord[] = [];
  #dropped = 0;
  #running: Promise<void> | undefined;
  #retry: { readonly callOff: () => void; readonly delayMs: number } | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Only what there is room for gets a number: the record of those that were dropped comes in their place. */
  push(entry: AuditEntry): void {
    if (this.#dropped > 0 || this.#waiting.length >= this.#options.capacity) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(this.#options.stamp(entry));
    if (this.#retry === undefined) this.#run();
  }

  /** Gives the sink what waits, if it takes it, and lets go of it. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { clock, troubled } = this.#options;
    let callOff = () => {};
    const deadline = new Promise<void>((resolve) => {
      callOff = clock.after(closeWithinMs, resolve);
    });
    await Promise.race([this.#end(), deadline]);
    callOff();
    this.#retry?.callOff();
    const lost = this.#waiting.length + this.#dropped;
    if (lost > 0) troubled({ lost }, 'the audit trail ends without its last records');
  }

  /** The last attempt: after what the sink is busy with, and whether or not it was to be tried later. */
  async #end(): Promise<void> {
    await this.#running;
    this.#retry?.callOff();
    this.#run();
    await this.#running;
    await this.#options.taker.close?.().catch(() => undefined);
  }

  #run(): void {
    this.#running ??= this.#empty();
  }

  async #empty(): Promise<void> {
    const { taker, stamp } = this.#options;
    // Not at once: whoever reads a secret does not wait for the sink, and a burst is one write.
    await undefined;
    try {
      while (this.#waiting.length > 0) {
        await taker.take(this.#waiting);
        this.#retry = undefined;
        if (this.#dropped === 0) continue;
        this.#waiting.push(stamp({ event: 'dropped', outcome: 'dropped', count: this.#dropped }));
        this.#dropped = 0;
      }
    } catch (thrown) {
      this.#failed(thrown);
    } finally {
      // Here, so that nothing is pushed between the last look and this.
      this.#running = undefined;
    }
  }

  #failed(thrown: unknown): void {
    const { clock, troubled } = this.#options;
    const before = this.#retry?.delayMs;
    const delayMs = before === undefined ? firstRetryMs : Math.min(before * 2, lastRetryMs);
    if (before === undefined) {
      troubled({ reason: kindOf(thrown) }, 'the audit trail cannot be written: its records wait');
    }
    this.#retry = { delayMs, callOff: clock.after(delayMs, () => this.#run()) };
  }
}

/** Not its message, which may quote anything. */
function kindOf(thrown: unknown): string {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : threw(thrown);
}
