import type { Detection, Rule } from './rule.js';

const privateKey: Rule = { id: 'private-key', level: 'error', message: 'A private key stands in the code' };

/** Longer ones are no keys. */
const maxLength = 16 * 1024;
/** Shorter ones are cut out of documentation: a key on the smallest curve has some 64 characters. */
const minBody = 60;

/** Every private key in PEM or in PuTTY's form, whatever kind it is, with real or with escaped line breaks. */
export function privateKeys(text: string): readonly Detection[] {
  const found: Detection[] = [];
  for (const match of text.matchAll(/-----BEGIN (?:[A-Z0-9]{1,16} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g)) {
    const start = match.index;
    const length = text.slice(start + match[0].length, start + maxLength).search(/-----(?:BEGIN|END) /);
    if (length === -1) continue;
    const from = start + match[0].length + length;
    const close = /^-----END [A-Z0-9 ]{0,50}-----/.exec(text.slice(from, from + 80))?.[0];
    if (close === undefined) continue;
    const end = from + close.length;
    const value = pem(text.slice(start, end));
    if (isKeyBody(value.slice(match[0].length, -close.length))) {
      found.push({ rule: privateKey, start, end, value, fallbackName: 'PRIVATE_KEY' });
    }
  }
  for (const match of text.matchAll(/^PuTTY-User-Key-File-\d:/gm)) {
    const rest = text.slice(match.index, match.index + maxLength);
    const lines =
      /^Private-Lines: \d{1,3}\r?\n(?:[A-Za-z0-9+/=]{1,80}\r?\n){1,200}(?:Private-(?:MAC|Hash): [0-9a-f]{40,64})?/m.exec(
        rest,
      );
    if (lines === null) continue;
    const value = rest.slice(0, lines.index + lines[0].length);
    found.push({
      rule: privateKey,
      start: match.index,
      end: match.index + value.length,
      value,
      fallbackName: 'PRIVATE_KEY',
    });
  }
  return found;
}

/** As the key's reader wants it: line breaks that were escaped, indentation, and what joins strings undone. */
function pem(source: string): string {
  const lines: string[] = [];
  for (const piece of source.split(/\\r\\n|\\n|\r?\n/)) {
    const line = piece
      .replace(/["'`]/g, '')
      .trim()
      .replace(/^(?:\/\/|[#*>;|+.])\s+/, '')
      .replace(/\s[+.]$|[,;\\]$/, '');
    // An empty line ends the headers of an encrypted key; another one stood between strings.
    if (!/^[+,.;\\]?$/.test(line) || lines.at(-1)?.includes(': ')) lines.push(line);
  }
  return lines.join('\n');
}

function isKeyBody(body: string): boolean {
  const key = body.replace(/^[A-Za-z-]{1,40}: .*$/gm, '').replace(/\s/g, '');
  return key.length >= minBody && /^[A-Za-z0-9+/=]+$/.test(key) && new Set(key).size >= 12;
}
