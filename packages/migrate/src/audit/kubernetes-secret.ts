import type { Detection } from './rule.js';

const line =
  /^[ \t]{1,20}["']?(?<key>[\w.-]{1,253})["']?:[ \t]{1,8}["']?(?<base64>[A-Za-z0-9+/]{8,65536}={0,2})["']?[ \t]*\r?$/gm;

/**
 * What is secret in the `data` of Kubernetes Secrets, where values stand in base64.
 *
 * @param scan finds secrets in a text, here in a value behind its name
 */
export function kubernetesSecrets(
  text: string,
  scan: (decoded: string) => readonly Detection[],
): readonly Detection[] {
  if (!/^kind:[ \t]{1,8}["']?Secret\b/m.test(text)) return [];
  const found: Detection[] = [];
  for (const { index, 0: whole, groups } of text.matchAll(line)) {
    const { key = '', base64 = '' } = groups ?? {};
    const bytes = Buffer.from(base64, 'base64');
    const value = bytes.toString('utf8');
    if (bytes.toString('base64') !== base64 || value.includes('\ufffd')) continue;
    const [first] = scan(`${key}=${value}`);
    if (first === undefined) continue;
    const start = index + whole.lastIndexOf(base64);
    found.push({ rule: first.rule, start, end: start + base64.length, value, name: key });
  }
  return found;
}
