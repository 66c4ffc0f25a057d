import { SourceError, type SourceErrorCode } from '../errors/errors.js';
import { nearMiss } from '../near-miss.js';
import { orAborted } from '../or-aborted.js';
import type { Lookup, LookupContext, Source } from './source.js';

/** Environment variables by name, as in `process.env`. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** The name under which variables stand in provenance. */
export const environmentSourceName = 'environment';

/** No file that holds one setting is larger. */
const maxFileBytes = 1024 * 1024;

/**
 * Settings from environment variables: the setting's name is the variable's. A variable that is set but empty
 * counts as unset. `NAME_FILE` names a file that holds the value, whose one trailing newline is removed;
 * `NAME` and `NAME_FILE` both set is an error, and so is a file that cannot be read. A file is read again each time
 * that the source is asked; one that could be read before and cannot now is a source that could not be asked, so
 * that a program that runs keeps the value.
 *
 * @param variables copied once, never written. @default process.env
 */
export function environmentSource(variables: EnvironmentVariables = process.env): Source {
  const values = new Map<string, string>();
  const files = new ValueFiles();
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined) values.set(name, value);
  }

  return {
    name: environmentSourceName,
    async lookup(settings, context) {
      const names = context.declared ?? new Set(settings.map(({ name }) => name));
      const answers = new Map<string, Lookup>();
      const reads: Promise<unknown>[] = [];
      for (const { name } of settings) {
        const answer = lookUp(name, values, names, files, context);
        // A promise for each of many variables is what a start would notice.
        if (answer instanceof Promise) reads.push(answer.then((read) => answers.set(name, read)));
        else answers.set(name, answer);
      }
      await Promise.all(reads);
      return answers;
    },
  };
}

function lookUp(
  name: string,
  values: ReadonlyMap<string, string>,
  names: ReadonlySet<string>,
  files: ValueFiles,
  context: LookupContext,
): Lookup | Promise<Lookup> {
  const value = values.get(name) || undefined;
  // A setting of that very name is a value of its own, as with LOG and LOG_FILE.
  const inFile = `${name}_FILE`;
  const file = names.has(inFile) ? undefined : values.get(inFile) || undefined;
  if (value !== undefined && file !== undefined) {
    return {
      status: 'misconfigured',
      reason: `${name} and ${name}_FILE are both set`,
      hint: `Unset ${name} or ${name}_FILE: only one of them can hold the value.`,
    };
  }
  if (file !== undefined) return readValueFile(name, file, files, context.signal);
  if (value !== undefined) return { status: 'found', value, locator: name };
  return { status: 'absent', reason: 'not-set', locator: name, hint: () => hintFor(name, values, names) };
}

function hintFor(
  name: string,
  values: ReadonlyMap<string, string>,
  names: ReadonlySet<string>,
): string | undefined {
  for (const empty of [name, `${name}_FILE`]) {
    if (values.get(empty) === '') return `${empty} is set but empty, which counts as unset.`;
  }
  const others = [...strangers(values, names)];
  for (const wanted of [name, `${name}_FILE`]) {
    const meant = nearMiss(wanted, others);
    if (meant !== undefined) return `${meant} is set: was it meant to be ${wanted}?`;
  }
  return undefined;
}

/** The variables that hold something and stand for no setting themselves. */
function* strangers(values: ReadonlyMap<string, string>, names: ReadonlySet<string>): Iterable<string> {
  for (const [name, value] of values) {
    if (value !== '' && !names.has(name) && !names.has(name.replace(/_FILE$/, ''))) yield name;
  }
}

/** The files of one source. */
class ValueFiles {
  /** Settings whose file could be read. */
  readonly readBefore = new Set<string>();
  readonly #reading = new Map<string, Promise<string | FileFault>>();

  /** One read of a file at a time: one that hangs, as on a mount that is away, holds a thread of the few there are. */
  read(file: string): Promise<string | FileFault> {
    const reading = this.#reading.get(file) ?? contentOf(file).finally(() => void this.#reading.delete(file));
    this.#reading.set(file, reading);
    return reading;
  }
}

async function readValueFile(
  name: string,
  file: string,
  files: ValueFiles,
  signal: AbortSignal,
): Promise<Lookup> {
  const { readBefore } = files;
  const content = await orAborted(files.read(file), signal);
  if (typeof content === 'string') {
    readBefore.add(name);
    return { status: 'found', value: content, locator: `${name}_FILE ${file}` };
  }
  const { code, reason, isFile } = content;
  const named = isFile || readBefore.has(name) ? `the file ${file}` : 'the file';
  // One that was there is no mistake in the variable: it is being replaced, or whatever mounts it is not well.
  return readBefore.has(name)
    ? { status: 'failed', error: new SourceError(code, `${named} named by ${name}_FILE ${reason}`) }
    : {
        status: 'misconfigured',
        reason: `${named} named by ${name}_FILE ${reason}`,
        hint:
          code === 'SOURCE_DENIED'
            ? 'Run as a user who may read it, or change its mode.'
            : `Correct ${name}_FILE, or unset it.`,
      };
}

/** Why a file gives no value. */
interface FileFault {
  readonly code: SourceErrorCode;
  readonly reason: string;
  /** There is a file of that name. Otherwise the text may be the secret itself, put there by mistake. */
  readonly isFile: boolean;
}

async function contentOf(file: string): Promise<string | FileFault> {
  try {
    const bytes = await readBounded(file);
    if (bytes === undefined) return malformed(`is larger than ${maxFileBytes / 1024} KiB`);
    // Refuses what is no text, rather than change it.
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const value = utf8.decode(bytes).replace(/\r?\n$/, '');
    return value === '' ? { code: 'SOURCE_UNAVAILABLE', reason: 'is empty', isFile: true } : value;
  } catch (error) {
    return faultOf(error);
  }
}

const malformed = (reason: string): FileFault => ({ code: 'SOURCE_MALFORMED', reason, isFile: true });

/** Reads at most the limit, whatever the file says of its size: it may be a pipe or a device. */
async function readBounded(file: string): Promise<Buffer | undefined> {
  // Loaded by the first file, which most programs do not have.
  const { open } = await import('node:fs/promises');
  const handle = await open(file, 'r');
  try {
    const chunks: Buffer[] = [];
    let left = maxFileBytes + 1;
    while (left > 0) {
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(Math.min(left, 65_536)) });
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      left -= bytesRead;
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

function faultOf(error: unknown): FileFault {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { code: 'SOURCE_UNAVAILABLE', reason: 'does not exist', isFile: false };
    case 'EACCES':
    case 'EPERM':
      return { code: 'SOURCE_DENIED', reason: 'may not be read by this process', isFile: true };
    case 'EISDIR':
      return malformed('is a folder');
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return malformed('is not UTF-8 text');
    default:
      return { code: 'SOURCE_UNAVAILABLE', reason: 'cannot be read', isFile: false };
  }
}
