const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Lengths that a key or a share of one may have, in bytes. */
const MIN = 16;
const MAX = 33;

/** A key in hexadecimal or base64; undefined for a text that is neither. */
export function decodeKeyShare(text: string): Buffer | undefined {
  const isHex = /^(?:[0-9a-fA-F]{2})+$/.test(text);
  // A text in base64 may look like hexadecimal; its length tells.
  if (isHex && text.length >= MIN * 2 && text.length <= MAX * 2) return Buffer.from(text, 'hex');
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** What is wrong with the length of a share, if anything. */
export function lengthProblem(share: Buffer): string | undefined {
  if (share.length < MIN) return `key is shorter than minimum ${MIN} bytes`;
  return share.length > MAX ? `key is longer than maximum ${MAX} bytes` : undefined;
}

/** Both forms of some shares, as answers list them. */
export const shareTexts = (
  shares: readonly Buffer[],
): { readonly hex: readonly string[]; readonly base64: readonly string[] } => ({
  hex: shares.map((share) => share.toString('hex')),
  base64: shares.map((share) => share.toString('base64')),
});
