import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import type { SkipReason } from './audit-report.js';
import { type Folders, type TreeFile, within } from './working-tree.js';

/** What a file holds as text, why it was not looked into, or undefined for one that is not there. */
export type TextOrSkip = { readonly text: string; readonly bytes: number } | SkipReason | undefined;

/** Reads a file of a tree: never through a link, never more than the limit, and nothing that is no text. */
export async function readText(
  root: string,
  file: TreeFile,
  folders: Folders,
  maxBytes: number,
): Promise<TextOrSkip> {
  if (file.unreadable === true) return 'unreadable';
  const path = within(root, file.path);
  try {
    if (!(await folders.holds(file))) return 'symbolic-link';
    const found = await lstat(path);
    if (found.isSymbolicLink()) return 'symbolic-link';
    if (found.isDirectory()) return 'nested-repository';
    if (!found.isFile()) return 'no-file';
    if (found.size > maxBytes) return 'too-large';
    return await readWhole(path, maxBytes);
  } catch (error) {
    return isMissing(error) ? undefined : 'unreadable';
  }
}

async function readWhole(path: Buffer, maxBytes: number): Promise<TextOrSkip> {
  // What was a file a moment ago may be a link or a pipe by now.
  const file = await open(
    path,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  );
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, maxBytes) + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length > maxBytes ? 'too-large' : textOf(buffer.subarray(0, length));
  } finally {
    await file.close();
  }
}

/** Bytes as text, unless they are none: a NUL in the first 8,000 bytes is git's own sign of that. */
export function textOf(bytes: Buffer): TextOrSkip {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  if (utf16 !== undefined) return { text: new TextDecoder(utf16).decode(bytes), bytes: bytes.length };
  if (bytes.subarray(0, 8000).includes(0)) return 'binary';
  const text = bytes.toString('utf8');
  return { text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, bytes: bytes.length };
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
