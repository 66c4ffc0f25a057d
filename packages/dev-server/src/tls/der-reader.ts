/** A value of DER: its tag and what is inside. */
export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
}

/**
 * The values in some DER, one after the other.
 *
 * @returns what could be read: nothing of a value that is cut off
 */
export function readDer(der: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at + 2 <= der.length; ) {
    const tag = der[at] ?? 0;
    const first = der[at + 1] ?? 0;
    const more = first < 128 ? 0 : first & 0x7f;
    // No certificate is longer than four bytes can say.
    if (more > 4 || at + 2 + more > der.length) break;
    const length = more === 0 ? first : der.readUIntBE(at + 2, more);
    const start = at + 2 + more;
    if (start + length > der.length) break;
    values.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return values;
}

/** An object identifier such as `2.5.4.3`. */
export function readObjectId(content: Buffer): string {
  const parts: number[] = [];
  let part = 0;
  for (const byte of content) {
    part = part * 128 + (byte & 0x7f);
    if (byte >= 128) continue;
    parts.push(part);
    part = 0;
  }
  const [first = 0, ...rest] = parts;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}
