import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Vault or OpenBao binary of this machine. */
export interface ServerBinary {
  readonly path: string;
  /** What it says of itself, such as `Vault v1.18.3`. */
  readonly version: string;
}

/** The binary that `VAULT_BIN` names, otherwise `vault` or `bao` on PATH; undefined when there is none. */
export function realServerBinary(variables: NodeJS.ProcessEnv = process.env): ServerBinary | undefined {
  const named = variables['VAULT_BIN'];
  const path = named || onPath(variables['PATH'] ?? '', ['vault', 'bao']);
  if (path === undefined || path === '') return undefined;
  const { status, stdout } = spawnSync(path, ['version'], { encoding: 'utf8', timeout: 10_000 });
  const version = /^(Vault|OpenBao) v\S+/m.exec(stdout ?? '')?.[0];
  if (status === 0 && version !== undefined) return { path, version };
  if (named)
    throw new Error(`VAULT_BIN names ${named}, which does not answer "version" as Vault or OpenBao does`);
  return undefined;
}

function onPath(path: string, names: readonly string[]): string | undefined {
  return path
    .split(delimiter)
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
