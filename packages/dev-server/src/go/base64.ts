/** A text is no base64; the message is Go's. */
export class Base64Error extends Error {
  constructor(at: number) {
    super(`illegal base64 data at input byte ${at}`);
  }
}

const LETTER = /[A-Za-z0-9+/]/;

/**
 * Decodes base64 with padding as Go does: line ends are skipped, and the first byte that is wrong is told.
 *
 * @throws Base64Error
 */
export function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text).toString('latin1');
  const skip = (from: number): number => {
    let at = from;
    while (bytes[at] === '\r' || bytes[at] === '\n') at += 1;
    return at;
  };
  let letters = 0;
  let at = skip(0);
  for (; at < bytes.length; at = skip(at + 1)) {
    if (LETTER.test(bytes.charAt(at))) {
      letters += 1;
      continue;
    }
    const inGroup = letters % 4;
    if (bytes[at] !== '=' || inGroup < 2) throw new Base64Error(at);
    let last = at;
    if (inGroup === 2) {
      last = skip(at + 1);
      if (last >= bytes.length) throw new Base64Error(bytes.length);
      if (bytes[last] !== '=') throw new Base64Error(last - 1);
    }
    const rest = skip(last + 1);
    if (rest < bytes.length) throw new Base64Error(rest);
    return Buffer.from(text, 'base64');
  }
  if (letters % 4 !== 0) throw new Base64Error(bytes.length - (letters % 4));
  return Buffer.from(text, 'base64');
}

/** Where the decoder for URLs, without padding, finds a text wrong; undefined where it does not. */
export function base64UrlFault(text: string): number | undefined {
  const at = text.search(/[^A-Za-z0-9_-]/);
  if (at !== -1) return at;
  return text.length % 4 === 1 ? text.length - 1 : undefined;
}
