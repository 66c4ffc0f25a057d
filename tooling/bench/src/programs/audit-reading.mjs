import { readFile } from 'node:fs/promises';
import { filesToAudit } from './audit-files.mjs';
import { stopwatch } from './stopwatch.mjs';

const stop = stopwatch();
let length = 0;
for (const file of await filesToAudit()) length += (await readFile(file, 'utf8')).length;
process.stdout.write(JSON.stringify({ ...stop(), length }));
