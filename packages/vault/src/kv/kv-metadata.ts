import { checkOptions, notAskable, notBoolean, problem } from '../configuration-problem.js';
import { parseDuration } from '../duration.js';
import { dataOf, objectAt, own, timeOf } from '../json-object.js';
import type { VaultAnswer } from '../transport/answer.js';
import type { Cancellation } from '../transport/cancellation.js';
import type { VaultRequest } from '../transport/transport.js';
import { isPlainMissing, type KvContext } from './kv-context.js';
import { strangeAnswer } from './kv-fault.js';

/** One version of a secret, as its metadata has it. */
export interface KvVersionMetadata {
  /** Milliseconds since 1970, as all times here. */
  readonly createdTime: number;
  /** When it was deleted, or will be. */
  readonly deletionTime: number | undefined;
  readonly destroyed: boolean;
}

/** What is known of a secret beside its data. */
export interface KvMetadata {
  readonly status: 'found';
  /** 0 when no version was written yet. */
  readonly currentVersion: number;
  readonly oldestVersion: number;
  readonly createdTime: number;
  readonly updatedTime: number;
  /** How many versions are kept; 0 stands for the mount's own number. */
  readonly maxVersions: number;
  readonly casRequired: boolean;
  /** After how many milliseconds a version deletes itself; 0 for never. */
  readonly deleteVersionAfterMs: number;
  /** Without a prototype. Empty for a server that is older than Vault 1.9. */
  readonly customMetadata: Readonly<Record<string, unknown>>;
  readonly versions: ReadonlyMap<number, KvVersionMetadata>;
}

/** There is no such secret. */
export interface KvNoMetadata {
  readonly status: 'absent';
  readonly reason: 'no-such-path';
}

/** What may be changed of a secret's metadata. What is not given stays as it is. */
export interface KvMetadataChange {
  readonly maxVersions?: number;
  readonly casRequired?: boolean;
  readonly deleteVersionAfterMs?: number;
  /** Takes the place of all that was there. */
  readonly customMetadata?: Readonly<Record<string, string>>;
}

/** Reads a secret's metadata. */
export async function readMetadata(
  context: KvContext,
  path: string,
  signal: Cancellation | undefined,
): Promise<KvMetadata | KvNoMetadata> {
  const answered = await askMetadata(context, path, signal);
  if (!('denied' in answered)) return answered;
  const { denied, request } = answered;
  throw context.refused(denied, request, context.policy(2, 'metadata', path, 'read'));
}

/**
 * Reads a secret's metadata where that may be denied: nothing is told of it then.
 *
 * @returns undefined when it is denied
 */
export async function peekMetadata(
  context: KvContext,
  path: string,
  signal: Cancellation | undefined,
): Promise<KvMetadata | KvNoMetadata | undefined> {
  const answered = await askMetadata(context, path, signal);
  return 'denied' in answered ? undefined : answered;
}

interface MetadataDenied {
  readonly denied: VaultAnswer;
  readonly request: VaultRequest;
}

async function askMetadata(
  context: KvContext,
  path: string,
  signal: Cancellation | undefined,
): Promise<KvMetadata | KvNoMetadata | MetadataDenied> {
  await context.requireVersion2('metadata', signal);
  const request = { method: 'GET', path: context.requestPath(2, 'metadata', path), signal };
  const answer = await context.transport.send(request);
  const { status, body } = answer;
  if (status === 404) {
    context.checkMissing(answer, request, 2);
    if (isPlainMissing(body)) return { status: 'absent', reason: 'no-such-path' };
  } else if (status === 403) {
    return { denied: answer, request };
  } else if (status !== 200) {
    throw context.refused(answer, request, context.policy(2, 'metadata', path, 'read'));
  }
  const metadata = status === 200 ? understand(body) : undefined;
  if (metadata !== undefined) return metadata;
  throw strangeAnswer(answer, { path: request.path, mount: context.mount, version: 2 });
}

/** Changes a secret's metadata. */
export async function writeMetadata(
  context: KvContext,
  path: string,
  change: KvMetadataChange,
  signal: Cancellation | undefined,
): Promise<void> {
  checkOptions('kv.writeMetadata()', change, {
    maxVersions: true,
    casRequired: true,
    deleteVersionAfterMs: true,
    customMetadata: true,
  });
  checkChange(change);
  await context.requireVersion2('metadata', signal);
  const body = JSON.stringify({
    max_versions: change.maxVersions,
    cas_required: change.casRequired,
    delete_version_after:
      change.deleteVersionAfterMs === undefined ? undefined : `${change.deleteVersionAfterMs / 1000}s`,
    custom_metadata: change.customMetadata,
  });
  const request = { method: 'POST', path: context.requestPath(2, 'metadata', path), body, signal };
  const answer = await context.transport.send(request);
  if (answer.status === 204 || answer.status === 200) return;
  throw context.refused(answer, request, context.policy(2, 'metadata', path, 'create', 'update'));
}

/** @throws ConfigurationError for numbers of which Vault would make others: of -1 versions four billion */
function checkChange({ maxVersions = 0, casRequired, deleteVersionAfterMs = 0 }: KvMetadataChange): void {
  const problems = [...notBoolean('casRequired', casRequired)];
  if (!Number.isInteger(maxVersions) || maxVersions < 0 || maxVersions > maxUint32) {
    problems.push(
      problem('maxVersions', 'is no number of versions', "Give a whole one; 0 for the mount's own."),
    );
  }
  if (!Number.isFinite(deleteVersionAfterMs) || deleteVersionAfterMs < 0) {
    problems.push(problem('deleteVersionAfterMs', 'is no time', 'Give milliseconds; 0 for never.'));
  }
  if (problems.length > 0) throw notAskable(problems);
}

const maxUint32 = 2 ** 32 - 1;

function understand(body: unknown): KvMetadata | undefined {
  const data = objectAt(body, 'data') ?? {};
  const currentVersion = own(data, 'current_version');
  const createdTime = timeOf(own(data, 'created_time'));
  const updatedTime = timeOf(own(data, 'updated_time'));
  if (typeof currentVersion !== 'number' || createdTime === undefined || updatedTime === undefined) {
    return undefined;
  }
  const versions = new Map<number, KvVersionMetadata>();
  for (const [number, version] of Object.entries(objectAt(data, 'versions') ?? {})) {
    if (typeof version !== 'object' || version === null || !/^\d+$/.test(number)) return undefined;
    const created = timeOf(own(version, 'created_time'));
    if (created === undefined) return undefined;
    versions.set(Number(number), {
      createdTime: created,
      deletionTime: timeOf(own(version, 'deletion_time')),
      destroyed: own(version, 'destroyed') === true,
    });
  }
  return {
    status: 'found',
    currentVersion,
    oldestVersion: Number(own(data, 'oldest_version') ?? 0),
    createdTime,
    updatedTime,
    maxVersions: Number(own(data, 'max_versions') ?? 0),
    casRequired: own(data, 'cas_required') === true,
    deleteVersionAfterMs: parseDuration(String(own(data, 'delete_version_after') ?? '0')) ?? 0,
    customMetadata: dataOf(objectAt(data, 'custom_metadata') ?? {}),
    versions,
  };
}
