import { connectionString } from './connection-string.js';
import type { FileKind } from './file-kind.js';
import type { Detection } from './rule.js';
import { isPlaceholder, isReference } from './value-strength.js';

const reach = 512;
const ends = /["'`\n\r<>]/;
const password = /(?:^|[;&?\s])(?:password|pwd)=([^;&\s]{4,256})/i;
const others =
  /(?:^|[;&?\s])(?:server|data source|host|addr|address|endpoint|user id|uid|user|username|database|dbname|initial catalog|driver)=/i;

/**
 * `Server=…;Password=…`, as .NET, ODBC, JDBC and PostgreSQL have it. The value is the whole text between the quotes, or
 * of the line where a file of settings needs none.
 */
export function keyValueStrings(text: string, kind: FileKind): readonly Detection[] {
  const found: Detection[] = [];
  let done = 0;
  for (const { index } of text.matchAll(/\b(?:password|pwd)=/gi)) {
    if (index < done) continue;
    let start = index;
    while (start > 0 && index - start < reach && !ends.test(text.charAt(start - 1))) start--;
    let end = index;
    while (end < text.length && end - index < reach && !ends.test(text.charAt(end))) end++;
    done = end;
    // A parameter of an address is a part of it.
    if (/:\/\/\S*$/.test(text.slice(start, index))) continue;
    if (kind === 'code' && !/["'`]/.test(text.charAt(start - 1))) continue;
    const whole = text.slice(start, end);
    const value = whole
      .replace(/^\s*(?:-\s+)?(?:export\s+)?[A-Za-z_][\w.-]{0,100}\s{0,8}[=:]\s{0,8}(?=[A-Za-z ]{2,20}=)/, '')
      .trim();
    const given = password.exec(value)?.[1];
    if (given === undefined || !others.test(value) || isPlaceholder(given) || isReference(given)) continue;
    start += whole.indexOf(value);
    found.push({
      rule: connectionString,
      start,
      end: start + value.length,
      value,
      fallbackName: 'DATABASE_URL',
    });
  }
  return found;
}
