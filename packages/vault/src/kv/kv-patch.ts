import { isStrongroomError } from '@strongroom/core';
import { checkOptions } from '../configuration-problem.js';
import type { VaultRequest } from '../transport/transport.js';
import { VaultError } from '../vault-error.js';
import { errorsOf } from '../vault-messages.js';
import { isPlainMissing, type KvContext } from './kv-context.js';
import { readKv } from './kv-read.js';
import type { KvAbsent } from './kv-secret.js';
import {
  checkCas,
  checkData,
  type KvWriteOptions,
  type KvWritten,
  toJson,
  withCas,
  writeKv,
  written,
} from './kv-write.js';
import { mayHaveLostDigits } from './lost-digits.js';
import { keptBy, mergePatch } from './merge-patch.js';

/** How often a read and a write with CAS are tried when others write between the two. */
const attempts = 5;

/** Changes some keys of a secret. */
export async function patchKv(
  context: KvContext,
  path: string,
  changes: Readonly<Record<string, unknown>>,
  options: KvWriteOptions,
): Promise<KvWritten | KvAbsent> {
  checkOptions('kv.patch()', options, { cas: true, signal: true });
  const { cas, signal } = options;
  checkCas(cas);
  checkData('changes', changes);
  await context.requireVersion2('patching', signal);
  const request: VaultRequest = {
    method: 'PATCH',
    path: context.requestPath(2, 'data', path),
    body: toJson(withCas(changes, cas)),
    headers: { 'content-type': 'application/merge-patch+json' },
    signal,
  };
  const answer = await context.transport.send(request);
  const { status, body } = answer;
  // No such method, or no such capability.
  if (status === 405 || status === 403) return readAndWrite(context, path, changes, options);
  if (status === 404) {
    if (isPlainMissing(body)) return { status: 'absent', reason: 'no-such-path' };
    // Of a secret that is not there, or deleted, a patch has answers of its own, or none: a read says what is so.
    if (errorsOf(body).length === 0) return readAndWrite(context, path, changes, options);
  }
  return written(context, path, request, answer);
}

async function readAndWrite(
  context: KvContext,
  path: string,
  changes: Readonly<Record<string, unknown>>,
  { cas, signal }: KvWriteOptions,
): Promise<KvWritten | KvAbsent> {
  const abortable = signal === undefined ? {} : { signal };
  for (let attempt = 1; ; attempt++) {
    const read = await readKv(context, path, abortable);
    if (read.status === 'absent') return read;
    if (mayHaveLostDigits(keptBy(read.data, changes))) throw wouldChange(context, path);
    const patched = mergePatch(read.data, changes);
    try {
      return await writeKv(context, path, patched, { ...abortable, cas: cas ?? read.version ?? 0 });
    } catch (error) {
      const overtaken = cas === undefined && isStrongroomError(error, 'CAS_MISMATCH');
      if (!overtaken || attempt >= attempts) throw error;
    }
  }
}

/** A patch is not to change what it does not name. */
function wouldChange(context: KvContext, path: string): VaultError {
  const { address } = context.transport;
  const secret = `${context.mount}/${path}`;
  return new VaultError(
    'SOURCE_DENIED',
    `Vault at ${address} lets ${secret} not be patched, and written as a whole its other keys may change: numbers in them have more digits than JavaScript holds`,
    {
      address,
      path: context.requestPath(2, 'data', path),
      hint: `Allow it (Vault 1.9 or later): ${context.policy(2, 'data', path, 'patch')}. Or use: vault kv patch.`,
    },
  );
}
