import type { Io } from './io.js';
import { printable } from './printable.js';

const barWidth = 24;

/** How often a pipe is told, in parts of the whole. */
const parts = 10;

/** Shows how far something is: a bar on a terminal, otherwise a line for each tenth. On standard error. */
export class ProgressLine {
  readonly #io: Io;
  #shown = false;
  #told = '';

  constructor(io: Io) {
    this.#io = io;
  }

  show(what: string, done: number, total: number): void {
    const { stderr } = this.#io;
    const share = total === 0 ? 1 : done / total;
    if (stderr.isTTY === true) {
      const full = Math.floor(share * barWidth);
      const bar = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`;
      stderr.write(`\r\u001b[2K${bar} ${printable(what)} ${done} of ${total}`);
      this.#shown = true;
      return;
    }
    const tenth = `${what} ${Math.floor(share * parts)}`;
    if (tenth === this.#told || (done < total && total < parts)) return;
    this.#told = tenth;
    stderr.write(`${printable(what)} ${done} of ${total}\n`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#shown) this.#io.stderr.write('\r\u001b[2K');
    this.#shown = false;
  }
}
