/**
 * Reads a boolean as every boolean variable is read: `true`/`false`, `1`/`0`, `yes`/`no`, any case.
 *
 * @returns undefined for any other text
 */
export function parseBoolean(text: string): boolean | undefined {
  switch (text.trim().toLowerCase()) {
    case 'true':
    case '1':
    case 'yes':
      return true;
    case 'false':
    case '0':
    case 'no':
      return false;
    default:
      return undefined;
  }
}
