import type { OptionNames } from '@strongroom/core';
import { checkOptions, notAskable, problem } from '../configuration-problem.js';
import type { VaultAnswer } from '../transport/answer.js';
import type { Cancellation } from '../transport/cancellation.js';
import type { VaultRequest } from '../transport/transport.js';
import { isPlainMissing, isWrongForm, type KvContext } from './kv-context.js';
import { onlyVersion2, strangeAnswer } from './kv-fault.js';
import { type KvAbsent, type KvFound, readSecret, readSecretOfVersion1, saysDuration } from './kv-secret.js';
import type { KvVersion } from './kv-version.js';

export interface KvReadOptions {
  /** KV version 2 only. @default the latest version */
  readonly version?: number;
  /** An `AbortSignal`: calls the read off. */
  readonly signal?: Cancellation;
}

/** Whether it is the number of a version of a secret. */
export const isVersion = (given: unknown): boolean => Number.isSafeInteger(given) && Number(given) > 0;

const readNames: OptionNames<KvReadOptions> = { version: true, signal: true };

/**
 * Reads a secret: one request, as long as the answer leaves no doubt about the version of the mount. Otherwise
 * Vault is asked for it, once a mount.
 */
export async function readKv(
  context: KvContext,
  path: string,
  options: KvReadOptions,
): Promise<KvFound | KvAbsent> {
  checkOptions('kv.read()', options, readNames);
  // Vault takes 0 and less for the latest, which nobody means who counts versions.
  if (options.version !== undefined && !isVersion(options.version)) {
    throw notAskable([problem('version', 'is no version', 'Give a number from 1 on; none for the latest.')]);
  }
  const { mount, versions, assumed } = context;
  const known = versions.known(mount);
  // Only version 2 has versions of a secret.
  const version = known ?? (options.version === undefined ? assumed : 2);
  const reading = readAs(version, context, path, options);
  const first = known === undefined ? await versions.watch(mount, reading) : await reading;
  if (!isDoubtful(first, version, known)) return understand(first, version, context, path);

  if (known !== undefined) versions.forget(mount);
  const told = await versions.ask(mount, options.signal).catch((error: unknown) => {
    // What was denied stays denied, whether or not Vault tells more.
    if (first.answer.status === 403) return undefined;
    throw error;
  });
  if (told === undefined || told === version) return understand(first, version, context, path);
  return understand(await readAs(told, context, path, options), told, context, path);
}

interface Reading {
  readonly request: VaultRequest;
  readonly answer: VaultAnswer;
  /** What the body says as one of the version that was asked for. */
  readonly secret: KvFound | KvAbsent | undefined;
}

async function readAs(
  version: KvVersion,
  context: KvContext,
  path: string,
  options: KvReadOptions,
): Promise<Reading> {
  const { transport, mount, versions } = context;
  if (version === 1 && options.version !== undefined) {
    throw onlyVersion2(transport, mount, 'versions of a secret');
  }
  const plain = context.requestPath(version, 'data', path);
  const request: VaultRequest = {
    method: 'GET',
    path: options.version === undefined ? plain : `${plain}?version=${options.version}`,
    signal: options.signal,
  };
  const answer = await transport.send(request);
  const secret = secretIn(answer, version);
  if (version === 2 && secret !== undefined && !saysDuration(answer.body)) versions.learn(mount, 2);
  return { request, answer, secret };
}

function secretIn({ status, body }: VaultAnswer, version: KvVersion): KvFound | KvAbsent | undefined {
  if (status !== 200 && status !== 404) return undefined;
  if (version === 1) return status === 200 ? readSecretOfVersion1(body) : undefined;
  const secret = readSecret(body);
  return secret?.status === 'absent' && status === 200 ? undefined : secret;
}

/** Whether an answer may be that of a mount of the other version. */
function isDoubtful({ answer, secret }: Reading, version: KvVersion, known: KvVersion | undefined): boolean {
  const { status, body } = answer;
  if (status === 404 && isWrongForm(body)) return true;
  if (known !== undefined) return false;
  // A policy that is made for the paths of one version denies those of the other.
  if (status === 403) return true;
  if (version === 1) return false;
  // To version 1 the paths of version 2 are paths like any other, with nothing or anything there.
  if (status === 404) return secret === undefined && isPlainMissing(body);
  return status === 200 && (secret === undefined || saysDuration(body));
}

function understand(
  { request, answer, secret }: Reading,
  version: KvVersion,
  context: KvContext,
  path: string,
): KvFound | KvAbsent {
  const { status, body } = answer;
  if (secret?.status === (status === 200 ? 'found' : 'absent')) return secret;
  if (status !== 200 && status !== 404) {
    throw context.refused(answer, request, context.policy(version, 'data', path, 'read'));
  }
  if (status === 404) {
    context.checkMissing(answer, request, version);
    if (isPlainMissing(body)) return { status: 'absent', reason: 'no-such-path' };
  }
  throw strangeAnswer(answer, { path: request.path, mount: context.mount, version });
}
