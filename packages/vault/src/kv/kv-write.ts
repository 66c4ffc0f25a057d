import { StrongroomError } from '@strongroom/core';
import { checkOptions, notAskable, problem } from '../configuration-problem.js';
import { objectAt, own, timeOf } from '../json-object.js';
import type { VaultAnswer } from '../transport/answer.js';
import type { Cancellation } from '../transport/cancellation.js';
import type { VaultRequest } from '../transport/transport.js';
import { errorsOf } from '../vault-messages.js';
import type { KvContext } from './kv-context.js';
import { onlyVersion2, strangeAnswer } from './kv-fault.js';
import { readKv } from './kv-read.js';

export interface KvWriteOptions {
  /**
   * Check and set: the version that the secret must be at, 0 for a secret that must not be there yet. KV version
   * 2 only. @default none: the write happens whatever is there
   */
  readonly cas?: number;
  readonly signal?: Cancellation;
}

/** A secret was written. */
export interface KvWritten {
  readonly status: 'written';
  /** The new version. Undefined in KV version 1, as is the time. */
  readonly version: number | undefined;
  /** In milliseconds since 1970. */
  readonly createdTime: number | undefined;
}

/** Writes a secret. */
export async function writeKv(
  context: KvContext,
  path: string,
  data: Readonly<Record<string, unknown>>,
  options: KvWriteOptions,
): Promise<KvWritten> {
  checkOptions('kv.write()', options, { cas: true, signal: true });
  const { cas, signal } = options;
  checkCas(cas);
  checkData('data', data);
  const version = await context.version(signal);
  if (version === 1 && cas !== undefined)
    throw onlyVersion2(context.transport, context.mount, 'check and set');
  const request: VaultRequest = {
    method: 'POST',
    path: context.requestPath(version, 'data', path),
    body: toJson(version === 1 ? data : withCas(data, cas)),
    signal,
  };
  if (version === 2 && cas !== undefined) return writeRepeatably(context, path, request, cas);
  const answer = await context.transport.send(request);
  if (version === 2) return written(context, path, request, answer);
  if (answer.status === 204 || answer.status === 200) {
    return { status: 'written', version: undefined, createdTime: undefined };
  }
  throw context.refused(answer, request, context.policy(1, 'data', path, 'create', 'update'));
}

/**
 * With CAS a write happens once at most, so it may be made again when its answer was lost. Then the secret may
 * have moved on by that very write: what lies there tells.
 */
async function writeRepeatably(
  context: KvContext,
  path: string,
  request: VaultRequest,
  cas: number,
): Promise<KvWritten> {
  let repeated = false;
  const onRepeat = () => {
    repeated = true;
  };
  const answer = await context.transport.send({ ...request, onRepeat });
  if (repeated && isCasMismatch(answer)) {
    const version = cas + 1;
    const signal = request.signal;
    const there = await readKv(context, path, signal === undefined ? { version } : { version, signal }).catch(
      () => undefined,
    );
    if (there?.status === 'found' && isOurs(there.data, request.body)) {
      return { status: 'written', version: there.version, createdTime: there.createdTime };
    }
  }
  return written(context, path, request, answer);
}

/** Understands the answer to a write of KV version 2. */
export function written(
  context: KvContext,
  path: string,
  request: VaultRequest,
  answer: VaultAnswer,
): KvWritten {
  const { status, body } = answer;
  if (isCasMismatch(answer)) throw casMismatch(`${context.mount}/${path}`);
  if (status === 200) {
    const data = objectAt(body, 'data') ?? {};
    const version = own(data, 'version');
    if (typeof version === 'number') {
      return { status: 'written', version, createdTime: timeOf(own(data, 'created_time')) };
    }
  }
  if (status === 200 || status === 204) {
    throw strangeAnswer(answer, { path: request.path, mount: context.mount, version: 2 });
  }
  const capabilities = request.method === 'PATCH' ? ['patch'] : ['create', 'update'];
  throw context.refused(answer, request, context.policy(2, 'data', path, ...capabilities));
}

/** The body of a write to KV version 2. */
export const withCas = (data: Readonly<Record<string, unknown>>, cas: number | undefined): object =>
  cas === undefined ? { data } : { data, options: { cas } };

/** @throws ConfigurationError for what has no form in JSON. What JSON.stringify says of it may quote it. */
export function toJson(body: object): string {
  try {
    return JSON.stringify(body);
  } catch {
    throw notAskable([problem('data', 'cannot be written as JSON', 'Give JSON values only.')]);
  }
}

/** @throws ConfigurationError for what has no keys: Vault does not say what is wrong with it */
export function checkData(name: string, data: unknown): void {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return;
  throw notAskable([problem(name, 'is no object', 'Give the keys of the secret with their values.')]);
}

/** @throws ConfigurationError for what is no version */
export function checkCas(cas: number | undefined): void {
  if (cas === undefined || (Number.isSafeInteger(cas) && cas >= 0)) return;
  throw notAskable([problem('cas', 'is no version', 'Give the version that was read; 0 for a new secret.')]);
}

const isCasMismatch = ({ status, body }: VaultAnswer): boolean =>
  status === 400 &&
  errorsOf(body).some((text) => text.includes('check-and-set parameter did not match the current version'));

const casMismatch = (secret: string): StrongroomError =>
  new StrongroomError(
    'CAS_MISMATCH',
    `${secret} is not at the version that the write expects: read it again, and decide anew`,
  );

function isOurs(there: Readonly<Record<string, unknown>>, body: string | undefined): boolean {
  const ours: unknown = body === undefined ? undefined : own(JSON.parse(body), 'data');
  // The one has no prototype, the other has: as JSON both are the same.
  // Not imported: a start, which writes nothing, would wait for it.
  return process.getBuiltinModule('node:util').isDeepStrictEqual(JSON.parse(JSON.stringify(there)), ours);
}
