import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isSourceError, SourceError } from '@strongroom/core';
import { interpolate } from './interpolation.js';
import { maxTextBytes, readBytes, systemCodeOf } from './read-text.js';

/** What a Compose file says holds for all that it names. */
export interface ComposeContext {
  /** The file itself. */
  readonly place: string;
  /** What `${NAME}` in it refers to. */
  readonly variables: ReadonlyMap<string, string>;
}

/** A file that a Compose file names. */
export interface NamedFile {
  readonly path: string;
  /** As messages name it, without the values that were put into its path. */
  readonly place: string;
  /** The line of the Compose file that names it. */
  readonly namedAt: string;
}

/**
 * The file that a path leads to, as Compose takes it: from the folder of the Compose file, or from the home folder where
 * it begins with `~`.
 *
 * @returns undefined where the path refers to a variable that is not known
 */
export function namedFile(
  written: string,
  line: number,
  { place, variables }: ComposeContext,
): NamedFile | undefined {
  const { text, unresolved } = interpolate(written, (name) => variables.get(name), '$');
  if (unresolved.size > 0) return undefined;
  const located = (path: string) =>
    path.startsWith('~') ? join(homedir(), path.slice(1)) : resolve(dirname(place), path);
  return { path: located(text), place: located(written), namedAt: `${place}:${line}` };
}

/**
 * Reads a file that a Compose file names.
 *
 * @param hint what to do where it is not there; undefined where it need not be
 * @returns undefined for one that is not there and need not be
 * @throws SourceError as `readBytes` does, with the line that names it
 */
export async function readNamedFile(
  { path, place, namedAt }: NamedFile,
  hint: string | undefined,
): Promise<Uint8Array | undefined> {
  try {
    return await readBytes(path, maxTextBytes, place);
  } catch (error) {
    if (!isSourceError(error)) throw error;
    const isThere = systemCodeOf(error) !== 'ENOENT';
    if (!isThere && hint === undefined) return undefined;
    const remedy = isThere ? error.hint : hint;
    // Without its cause, which has the path as it is.
    throw new SourceError(error.code, `${namedAt}: ${error.message}`, {
      locator: namedAt,
      ...(remedy === undefined ? {} : { hint: remedy }),
    });
  }
}
