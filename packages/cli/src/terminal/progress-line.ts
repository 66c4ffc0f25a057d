import type { Output } from './output.js';
import { printable } from './printable.js';

const barWidth = 24;

/** How often a pipe is told, in parts of the whole. */
const parts = 10;

/** Shows how far something is: a bar on a terminal, otherwise a line for each tenth. On standard error. */
export class ProgressLine {
  readonly #output: Output;
  #told = '';

  constructor(output: Output) {
    this.#output = output;
  }

  show(what: string, done: number, total: number): void {
    const share = total === 0 ? 1 : done / total;
    const text = `${printable(what)} ${done} of ${total}`;
    const full = Math.floor(share * barWidth);
    if (this.#output.status(`${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${text}`)) return;
    const tenth = `${what} ${Math.floor(share * parts)}`;
    if (tenth === this.#told || (done < total && total < parts)) return;
    this.#told = tenth;
    this.#output.note(text);
  }

  /** Takes the bar away. */
  clear(): void {
    this.#output.clearStatus();
  }
}
