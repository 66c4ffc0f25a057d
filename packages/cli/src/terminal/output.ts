import { isAbsolute, relative } from 'node:path';
import type { Reading } from '@strongroom/migrate';
import pc from 'picocolors';
import type { Io, OutputStream } from './io.js';
import { printable } from './printable.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** What the command says: results on standard output, everything else on standard error. */
export class Output {
  /** For standard output. */
  readonly colors: Colors;
  /** Whether results are JSON. */
  readonly json: boolean;
  readonly #io: Io;
  readonly #noteColors: Colors;
  readonly #warned = new Set<string>();
  #hasStatus = false;

  constructor(io: Io, json: boolean) {
    this.#io = io;
    this.json = json;
    this.colors = pc.createColors(!json && isColoured(io, io.stdout));
    this.#noteColors = pc.createColors(isColoured(io, io.stderr));
  }

  /** How wide standard output is; undefined when it is no terminal. */
  get width(): number | undefined {
    return this.#io.stdout.isTTY === true ? this.#io.stdout.columns : undefined;
  }

  /**
   * Prints what the command is for: with `--json` the object, otherwise the text.
   *
   * @param text made of printable parts, with colours
   */
  result(json: object, text: () => string): void {
    const shown = this.json ? `${JSON.stringify(json, undefined, 2)}\n` : text();
    if (shown !== '') this.#io.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
  }

  /** Says something beside the result. */
  note(text: string): void {
    this.#say(printable(text));
  }

  /**
   * Shows how things stand, on a terminal, in a line that gives way to whatever is said next.
   *
   * @returns false where there is none
   */
  status(line: string): boolean {
    const { stderr } = this.#io;
    if (stderr.isTTY !== true) return false;
    stderr.write(`${takenAway}${line}`);
    this.#hasStatus = true;
    return true;
  }

  /** Takes that line away. */
  clearStatus(): void {
    if (this.#hasStatus) this.#io.stderr.write(takenAway);
    this.#hasStatus = false;
  }

  /** A path for people: relative where it lies in the folder that the command was called from. */
  path(path: string): string {
    const short = relative(this.#io.cwd, path);
    return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
  }

  /** Says something that should not be missed. */
  warn(text: string): void {
    this.#say(`${this.#noteColors.yellow('warning:')} ${printable(text)}`);
  }

  /** Says what there is to know of what was read, once: one command may read a file in two roles. */
  warnOfReading({ warnings }: Pick<Reading, 'warnings'>): void {
    for (const { message } of warnings) {
      if (!this.#warned.has(message)) this.warn(message);
      this.#warned.add(message);
    }
  }

  /** Says why it did not work, and what to do. */
  failure(text: string, remedies: readonly string[]): void {
    const colors = this.#noteColors;
    this.#say(`${colors.red('error:')} ${printable(text)}`);
    for (const remedy of remedies) this.#say(`  ${colors.cyan('→')} ${printable(remedy)}`);
  }

  #say(text: string): void {
    this.clearStatus();
    this.#io.stderr.write(`${text}\n`);
  }
}

/** Back to the begin of the line, and nothing in it. */
const takenAway = '\r\u001b[2K';

/** As https://no-color.org says; a pipe is plain unless FORCE_COLOR is set. */
function isColoured({ env }: Io, stream: OutputStream): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
