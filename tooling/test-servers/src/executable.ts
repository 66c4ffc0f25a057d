import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** The first executable file of one of these names in one of these folders. */
export function findExecutable(folders: readonly string[], names: readonly string[]): string | undefined {
  return folders
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
