/**
 * What a value of a Kubernetes Secret's `data` means: there it stands in base64. Undefined for one of anything else.
 */
export function decodedSecret(text: string, start: number, value: string): string | undefined {
  if (!/^kind:[ \t]{1,8}["']?Secret\b/m.test(text)) return undefined;
  if (text.lastIndexOf('\ndata:', start) <= text.lastIndexOf('\nstringData:', start)) return undefined;
  const bytes = Buffer.from(value, 'base64');
  const decoded = bytes.toString('utf8');
  return bytes.toString('base64') === value && !decoded.includes('\ufffd') ? decoded : undefined;
}
