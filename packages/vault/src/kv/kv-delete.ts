import { checkOptions, notAskable, problem } from '../configuration-problem.js';
import type { Cancellation } from '../transport/cancellation.js';
import type { KvContext, KvPart } from './kv-context.js';
import { isVersion } from './kv-read.js';
import type { KvVersion } from './kv-version.js';

export interface KvDeleteOptions {
  /** KV version 2 only. @default the latest version */
  readonly versions?: readonly number[];
  readonly signal?: Cancellation;
}

/** Deletes the latest version or the versions named; in KV version 1 the secret. */
export async function deleteKv(context: KvContext, path: string, options: KvDeleteOptions): Promise<void> {
  checkOptions('kv.delete()', options, { versions: true, signal: true });
  const { versions, signal } = options;
  if (versions !== undefined) return onVersions(context, 'delete', path, versions, signal);
  await remove(context, await context.version(signal), 'data', path, signal);
}

/** Deletes, undeletes or destroys versions. */
export async function onVersions(
  context: KvContext,
  part: 'delete' | 'undelete' | 'destroy',
  path: string,
  versions: readonly number[],
  signal: Cancellation | undefined,
): Promise<void> {
  if (!Array.isArray(versions) || versions.length === 0 || !versions.every(isVersion)) {
    throw notAskable([problem('versions', 'is no list of versions', 'Name at least one, from 1 on.')]);
  }
  await context.requireVersion2('versions of a secret', signal);
  const body = JSON.stringify({ versions });
  const request = { method: 'POST', path: context.requestPath(2, part, path), body, signal };
  const answer = await context.transport.send(request);
  if (answer.status === 204 || answer.status === 200) return;
  throw context.refused(answer, request, context.policy(2, part, path, 'update'));
}

/** Removes a secret with all its versions. */
export async function deleteMetadata(
  context: KvContext,
  path: string,
  signal: Cancellation | undefined,
): Promise<void> {
  await context.requireVersion2('metadata', signal);
  await remove(context, 2, 'metadata', path, signal);
}

async function remove(
  context: KvContext,
  version: KvVersion,
  part: KvPart,
  path: string,
  signal: Cancellation | undefined,
): Promise<void> {
  const request = { method: 'DELETE', path: context.requestPath(version, part, path), signal };
  const answer = await context.transport.send(request);
  if (answer.status === 204 || answer.status === 200) return;
  throw context.refused(answer, request, context.policy(version, part, path, 'delete'));
}
