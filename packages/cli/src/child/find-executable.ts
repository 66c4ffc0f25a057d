import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { EnvironmentVariables } from '@strongroom/core';

/** The path of the first of these programs that is on PATH. */
export function findExecutable(env: EnvironmentVariables, names: readonly string[]): string | undefined {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const ends = process.platform === 'win32' ? ['.exe'] : [''];
  return names
    .flatMap((name) => folders.flatMap((folder) => ends.map((end) => join(folder, `${name}${end}`))))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
