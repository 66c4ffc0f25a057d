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
    const at = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const finished = join(this.#folder, `${this.#stem}.${at}.journal`);
    // Asked for first: a read-only disk refuses to rename also what is not there.
    if (!(await isThere(this.open))) return undefined;
    await rename(this.open, finished);
    return finished;
  }

  /** The journal of the latest migration, whether or not it came to its end; undefined when there was none. */
  async latest(): Promise<string | undefined> {
    if (await isThere(this.open)) return this.open;
    const names = await readdir(this.#folder).catch(() => []);
    const last = names
      .filter((name) => isOf(this.#stem, name))
      .sort()
      .at(-1);
    return last === undefined ? undefined : join(this.#folder, last);
  }
}

const isOf = (stem: string, name: string): boolean =>
  name.startsWith(`${stem}.`) && /^\d{8}T\d{6}Z\.journal$/.test(name.slice(stem.length + 1));

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
