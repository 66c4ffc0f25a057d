import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '@strongroom/core';

/**
 * The journals of an application's environment, in the folder `.strongroom` beside the configuration. While a migration
 * runs its journal is the open one; a migration that was killed leaves it open, and the next one goes on with it.
 */
export class JournalFolder {
  readonly #folder: string;
  readonly #stem: string;

  constructor(configFile: string, application: string, environment: string) {
    this.#folder = join(dirname(configFile), '.strongroom');
    this.#stem = `${application}-${environment}`;
  }

  /** The journal of a migration that is under way or was killed. */
  get open(): string {
    return join(this.#folder, `${this.#stem}.open.journal`);
  }

  /** Makes the folder. */
  async prepare(): Promise<void> {
    // Its parent is there; where folders above are made too, a read-only disk is told as a missing folder.
    await mkdir(this.#folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }

  /**
   * Puts the open journal among those of migrations that came to their end.
   *
   * @returns its new name; undefined when nothing was written, and so there is none
   */
  async finish(clock: Clock): Promise<string | undefined> {
    // Asked for first: a read-only disk refuses to rename also what is not there.
    if (!(await isThere(this.open))) return undefined;
    const finished = join(this.#folder, await this.#nameAt(clock.now()));
    try {
      await rename(this.open, finished);
    } catch (error) {
      // Another migration into the same environment has come to its end just before.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    return finished;
  }

  /** The journal of the latest migration, whether or not it came to its end; undefined when there was none. */
  async latest(): Promise<string | undefined> {
    if (await isThere(this.open)) return this.open;
    const last = (await this.#finished()).at(-1);
    return last === undefined ? undefined : join(this.#folder, last);
  }

  /** A name after those of all earlier ones: of one second there may be several, and a clock may be set back. */
  async #nameAt(now: number): Promise<string> {
    const last = (await this.#finished()).at(-1) ?? '';
    let name = this.#name(now);
    if (name <= last) name = this.#name(timeOf(last.slice(this.#stem.length + 1)) + 1000);
    return name;
  }

  readonly #name = (time: number): string =>
    `${this.#stem}.${new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')}.journal`;

  /** The journals of migrations that came to their end, the oldest first. */
  async #finished(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.filter((name) => isOf(this.#stem, name)).sort();
  }
}

const isOf = (stem: string, name: string): boolean =>
  name.startsWith(`${stem}.`) && !Number.isNaN(timeOf(name.slice(stem.length + 1)));

/** NaN for what is no name of a journal. */
function timeOf(name: string): number {
  const parts = /^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)\.journal$/.exec(name) ?? [];
  const [, year, month, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${hour}:${minute}:${second}`);
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
