import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { findExecutable } from './executable.js';

/** A Vault or OpenBao binary of this machine. */
export interface ServerBinary {
  readonly path: string;
  /** What it says of itself, such as `Vault v1.18.3`. */
  readonly version: string;
}

/** The binary that `VAULT_BIN` names, otherwise `vault` or `bao` on PATH; undefined when there is none. */
export function realServerBinary(variables: NodeJS.ProcessEnv = process.env): ServerBinary | undefined {
  const named = variables['VAULT_BIN'];
  const path = named || findExecutable((variables['PATH'] ?? '').split(delimiter), ['vault', 'bao']);
  if (path === undefined || path === '') return undefined;
  const { status, stdout } = spawnSync(path, ['version'], { encoding: 'utf8', timeout: 10_000 });
  const version = /^(Vault|OpenBao) v\S+/m.exec(stdout ?? '')?.[0];
  if (status === 0 && version !== undefined) return { path, version };
  if (named)
    throw new Error(`VAULT_BIN names ${named}, which does not answer "version" as Vault or OpenBao does`);
  return undefined;
}
