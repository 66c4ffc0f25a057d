import { open } from 'node:fs/promises';
import { SourceError } from '@strongroom/core';

/** A file's path, or the text of one that was got in another way, with the path that messages name. */
export type TextSource = string | { readonly text: string; readonly path: string };

/** No file that holds the settings of one application is larger. */
export const maxTextBytes = 1024 * 1024;

/** The text of a source, and the place that messages name. */
export interface Text {
  readonly text: string;
  readonly place: string;
}

/**
 * Reads a text as it is, byte order mark and line ends included.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` when there is no such file, `SOURCE_DENIED` when it may not be read, and
 *   `SOURCE_MALFORMED` when it is a folder, is larger than 1 MiB, or is not UTF-8, with the line
 */
export async function readText(source: TextSource): Promise<Text> {
  if (typeof source === 'string') return { text: decode(await readBytes(source), source), place: source };
  const { text, path } = source;
  if (Buffer.byteLength(text) > maxTextBytes) throw tooLarge(path);
  const index = text.search(/\p{Surrogate}/u);
  if (index >= 0) throw malformedText(path, lineAt(text, index), 'holds half a character (a lone surrogate)');
  return { text, place: path };
}

/** An error that says in which line of a file something is wrong. */
export function malformedText(place: string, line: number | undefined, what: string): SourceError {
  const locator = line === undefined ? place : `${place}:${line}`;
  return new SourceError('SOURCE_MALFORMED', `${locator} ${what}`, { locator });
}

/** The line of a position, from 1. */
export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** @throws SourceError `SOURCE_MALFORMED` when the bytes are no UTF-8 */
export function decode(bytes: Uint8Array, place: string): string {
  const text = utf8(bytes);
  if (text !== undefined) return text;
  const mark = Buffer.from(bytes.subarray(0, 2)).toString('hex');
  if (mark === 'fffe' || mark === 'feff') {
    throw malformedText(place, 1, 'is UTF-16 text: save the file as UTF-8.');
  }
  let line = 1;
  // No byte of a longer character is a line end, so that lines can be decoded one by one.
  for (let begin = 0; begin <= bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, begin);
    const stop = end < 0 ? bytes.length : end;
    if (utf8(bytes.subarray(begin, stop)) === undefined) break;
    begin = stop + 1;
  }
  throw malformedText(place, line, 'is not UTF-8 text: save the file as UTF-8.');
}

/** @returns undefined when the bytes are no UTF-8 */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Reads at most the limit, whatever the file says of its size: it may be a pipe or a device.
 *
 * @param place as messages name it
 * @throws SourceError as {@link readText} does
 */
export async function readBytes(path: string, limit = maxTextBytes, place = path): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      const chunks: Buffer[] = [];
      let left = limit + 1;
      while (left > 0) {
        const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(Math.min(left, 65_536)) });
        if (bytesRead === 0) return Buffer.concat(chunks);
        chunks.push(buffer.subarray(0, bytesRead));
        left -= bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileFault(place, error);
  }
  throw tooLarge(place);
}

const tooLarge = (place: string): SourceError =>
  new SourceError('SOURCE_MALFORMED', `${place} is larger than ${maxTextBytes / 1024} KiB`, {
    locator: place,
  });

/** What the system said, where that is the cause of an error. */
export const systemCodeOf = ({ cause }: SourceError): string | undefined =>
  (cause as NodeJS.ErrnoException | undefined)?.code;

/** What an error of the file system means for whoever wanted to read. */
export function fileFault(path: string, cause: unknown): SourceError {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOTDIR':
    case 'ENOENT':
      return new SourceError('SOURCE_UNAVAILABLE', `${path} does not exist`, { cause, locator: path });
    case 'EACCES':
    case 'EPERM':
      return new SourceError('SOURCE_DENIED', `${path} may not be read by this process`, {
        cause,
        locator: path,
        hint: 'Run as a user who may read it, or change its mode.',
      });
    case 'EISDIR':
      return new SourceError('SOURCE_MALFORMED', `${path} is a folder, not a file`, { cause, locator: path });
    default:
      return new SourceError('SOURCE_UNAVAILABLE', `${path} cannot be read`, { cause, locator: path });
  }
}
