import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { findExecutable } from './executable.js';
import type { TestService } from './service.js';

/**
 * A server that a machine may have or not: `describe.runIf(redis.there)(redis.title, …)`. The closing lines of
 * `npm test` say by the title which it was, and that tests were skipped where there was none.
 */
export interface OptionalServer {
  /** `on Redis 7.0.15`, or `on Redis, which is not there`. */
  readonly title: string;
  readonly there: boolean;
  /** @throws Error when it is not there, or does not come up */
  start(): Promise<TestService>;
}

/** Looks for a server's binary and asks it for its version. */
export function optionalServer(
  kind: string,
  search: {
    readonly names: readonly string[];
    readonly folders?: readonly string[];
    readonly version: RegExp;
  },
  start: (binary: string) => Promise<TestService>,
): OptionalServer {
  // Debian installs some into folders that only root has on PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', ...(search.folders ?? [])];
  const binary = findExecutable(folders, search.names);
  const asked = binary && spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  const version = asked ? search.version.exec(asked.stdout)?.[1] : undefined;
  if (binary === undefined || version === undefined) {
    const title = `on ${kind}, which is not there`;
    return { title, there: false, start: () => Promise.reject(new Error(`There is no ${kind} here`)) };
  }
  return { title: `on ${kind} ${version}`, there: true, start: () => start(binary) };
}
