import { nearMiss } from './near-miss.js';
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
 * `NAME` and `NAME_FILE` both set is an error, and so is a file that cannot be read.
 *
 * @param variables copied once, never written. @default process.env
 */
export function environmentSource(variables: EnvironmentVariables = process.env): Source {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined) values.set(name, value);
  }

  return {
    name: environmentSourceName,
    async lookup(settings, context) {
      const names = context.declared ?? new Set(settings.map(({ name }) => name));
      const answers = new Map<string, Lookup>();
      await Promise.all(
        settings.map(async (setting) => {
          answers.set(setting.name, await lookUp(setting.name, values, names, context));
        }),
      );
      return answers;
    },
  };
}

function lookUp(
  name: string,
  values: ReadonlyMap<string, string>,
  names: ReadonlySet<string>,
  context: LookupContext,
): Lookup | Promise<Lookup> {
  const value = values.get(name) || undefined;
  // A setting of that very name is a value of its own, as with LOG and LOG_FILE.
  const file = names.has(`${name}_FILE`) ? undefined : values.get(`${name}_FILE`) || undefined;
  if (value !== undefined && file !== undefined) {
    return {
      status: 'misconfigured',
      reason: `${name} and ${name}_FILE are both set`,
      hint: `Unset ${name} or ${name}_FILE: only one of them can hold the value.`,
    };
  }
  if (file !== undefined) return readValueFile(name, file, context.signal);
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

async function readValueFile(name: string, file: string, signal: AbortSignal): Promise<Lookup> {
  try {
    const bytes = await readBounded(file, signal);
    if (bytes === undefined) {
      return unreadable(name, file, `is larger than ${maxFileBytes / 1024} KiB`);
    }
    // Refuses what is no text, rather than change it.
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const value = utf8.decode(bytes).replace(/\r?\n$/, '');
    if (value === '') return unreadable(name, file, 'is empty');
    return { status: 'found', value, locator: `${name}_FILE ${file}` };
  } catch (error) {
    signal.throwIfAborted();
    return unreadable(name, ...reasonOf(error, file));
  }
}

/** Reads at most the limit, whatever the file says of its size: it may be a pipe or a device. */
async function readBounded(file: string, signal: AbortSignal): Promise<Buffer | undefined> {
  // Loaded by the first file, which most programs do not have.
  const { open } = await import('node:fs/promises');
  const handle = await open(file, 'r');
  try {
    const chunks: Buffer[] = [];
    let left = maxFileBytes + 1;
    while (left > 0) {
      signal.throwIfAborted();
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

function unreadable(name: string, file: string | undefined, reason: string): Lookup {
  return {
    status: 'misconfigured',
    reason: `the file ${file === undefined ? '' : `${file} `}named by ${name}_FILE ${reason}`,
    hint: `Correct ${name}_FILE, or unset it.`,
  };
}

/** The file is named only when there is one: otherwise the text may be the secret itself, put there by mistake. */
function reasonOf(error: unknown, file: string): [file: string | undefined, reason: string] {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return [undefined, 'does not exist'];
    case 'EACCES':
    case 'EPERM':
      return [file, 'may not be read by this process'];
    case 'EISDIR':
      return [file, 'is a folder'];
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return [file, 'is not UTF-8 text'];
    default:
      return [undefined, 'cannot be read'];
  }
}
