import { type EnvironmentVariables, isSourceError } from '@strongroom/core';
import type { ReadingWarning } from '@strongroom/migrate';
import { isSystemError } from '../exit-code.js';

/** The `.env` file that a configuration names, as it was read. */
export interface EnvFile {
  readonly path: string;
  /** A configuration is committed, and the file is not: one that is not there is as an empty one. */
  readonly isThere: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly warnings: readonly ReadingWarning[];
}

/** @throws SourceError for a file that is there and cannot be read: `SOURCE_DENIED`, `SOURCE_MALFORMED` with the line */
export async function readEnvFile(path: string): Promise<EnvFile> {
  const { readDotenv } = await import('@strongroom/migrate');
  try {
    const { entries, warnings } = await readDotenv(path);
    const variables = Object.fromEntries(entries.map((entry) => [entry.name, String(entry.reveal())]));
    return { path, isThere: true, variables, warnings };
  } catch (error) {
    if (!isNotThere(error)) throw error;
    return { path, isThere: false, variables: {}, warnings: [] };
  }
}

/** A variable of the process wins, also an empty one, as with `dotenv` and `node --env-file`. */
export function withEnvFile(env: EnvironmentVariables, { variables }: EnvFile): EnvironmentVariables {
  const own = Object.entries(env).filter(([, value]) => value !== undefined);
  return { ...variables, ...Object.fromEntries(own) };
}

function isNotThere(error: unknown): boolean {
  const cause = isSourceError(error) ? error.cause : undefined;
  return isSystemError(cause) && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}
