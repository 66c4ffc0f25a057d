import { readFile } from 'node:fs/promises';
import ignore from 'ignore';
import { unreadable } from './unreadable.js';

/** Which files of a tree are not looked into. */
export interface IgnoreGlobs {
  /** @param file relative to the root, with `/` between the parts */
  ignores(file: string): boolean;
}

/**
 * Globs as in `.gitignore`: those given, and those of a file, if it is there.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` for a file that is there and cannot be read
 */
export async function readIgnoreGlobs(path: string, given: readonly string[]): Promise<IgnoreGlobs> {
  // As git has it where names differ by case.
  const rules = ignore({ ignorecase: false }).add([...given]);
  try {
    rules.add(await readFile(path, 'utf8'));
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (!isMissing) throw unreadable(path, 'cannot be read', cause);
  }
  return { ignores: (file) => ignore.isPathValid(file) && rules.ignores(file) };
}
