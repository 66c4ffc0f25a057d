import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The files that a program of the audit's benchmark looks at. */
export async function filesToAudit() {
  const root = process.env.AUDIT_ROOT;
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.path, entry.name))
    .slice(0, Number(process.env.AUDIT_FILES));
}
