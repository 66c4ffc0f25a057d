/** A batch token has some hundred bytes, a JWT some thousand. */
const maxBytes = 64 * 1024;

/** Reads a file of a credential: no more of it than a credential has, whatever the file is. */
export async function readBounded(path: string): Promise<string> {
  const { open } = await import('node:fs/promises');
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
