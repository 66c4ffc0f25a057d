import { checkOptions, notAskable, problem } from '../configuration-problem.js';
import { objectAt, own } from '../json-object.js';
import type { Cancellation } from '../transport/cancellation.js';
import { isPlainMissing, type KvContext } from './kv-context.js';
import { strangeAnswer } from './kv-fault.js';

export interface KvListAllOptions {
  /** How many folders are listed at one time. @default 8 */
  readonly concurrency?: number;
  /** How many folders deep. @default 32 */
  readonly maxDepth?: number;
  /** How many secrets at most. @default 10000 */
  readonly maxSecrets?: number;
  readonly signal?: Cancellation;
}

/** The numbers that {@link KvListAllOptions} stand for where they are not given. */
export const listAllDefaults = Object.freeze({ concurrency: 8, maxDepth: 32, maxSecrets: 10_000 });

/** What lies below a path. */
export interface KvTree {
  /** Paths of secrets, below the mount, in order. */
  readonly paths: readonly string[];
  /** False when a limit left something out, or a name that no request can ask for, such as `..`. */
  readonly complete: boolean;
}

/** Lists one level. */
export async function listKv(
  context: KvContext,
  path: string,
  signal: Cancellation | undefined,
): Promise<readonly string[]> {
  const version = await context.version(signal);
  const folder = path.replace(/\/$/, '');
  // Proxies know the verb GET; not all of them know Vault's LIST.
  const url = `${context.folderPath(version, 'metadata', folder)}?list=true`;
  const request = { method: 'GET', path: url, signal };
  const answer = await context.transport.send(request);
  const { status, body } = answer;
  if (status === 404) {
    context.checkMissing(answer, request, version);
    if (isPlainMissing(body)) return [];
  } else if (status !== 200) {
    throw context.refused(
      answer,
      request,
      context.policy(version, 'metadata', folder && `${folder}/`, 'list'),
    );
  }
  const keys = own(objectAt(body, 'data') ?? {}, 'keys');
  if (Array.isArray(keys) && keys.every((key): key is string => typeof key === 'string')) return keys;
  throw strangeAnswer(answer, { path: url, mount: context.mount, version });
}

/** Lists all levels, a bounded number of folders at a time. */
export async function listAllKv(
  context: KvContext,
  path: string,
  options: KvListAllOptions,
): Promise<KvTree> {
  checkOptions('kv.listAll()', options, {
    concurrency: true,
    maxDepth: true,
    maxSecrets: true,
    signal: true,
  });
  const {
    concurrency = listAllDefaults.concurrency,
    maxDepth = listAllDefaults.maxDepth,
    maxSecrets = listAllDefaults.maxSecrets,
  } = options;
  const wrong = Object.entries({ concurrency, maxDepth, maxSecrets }).filter(([, number]) => !(number >= 1));
  if (wrong.length > 0) {
    throw notAskable(wrong.map(([name]) => problem(name, 'is no number of 1 or more', 'Leave it out.')));
  }
  const paths: string[] = [];
  const folders = [{ path: path.replace(/\/$/, ''), depth: 0 }];
  let complete = true;

  const listOne = async ({ path: folder, depth }: { path: string; depth: number }): Promise<void> => {
    for (const name of await listKv(context, folder, options.signal)) {
      const below = folder === '' ? name : `${folder}/${name}`;
      if (paths.length >= maxSecrets) complete = false;
      else if (!name.endsWith('/')) paths.push(below);
      else if (depth >= maxDepth || !canBeAsked(name)) complete = false;
      else folders.push({ path: below.slice(0, -1), depth: depth + 1 });
    }
  };
  while (folders.length > 0 && paths.length < maxSecrets) {
    await Promise.all(folders.splice(0, concurrency).map(listOne));
  }
  return { paths: paths.sort(), complete: complete && folders.length === 0 };
}

/** Vault stores some names that no path may have here. */
const canBeAsked = (name: string): boolean => !/^\.{0,2}\/$/.test(name) && !/\p{C}/u.test(name);
