import { auditTree } from '@strongroom/migrate/audit';
import { stopwatch } from './stopwatch.mjs';

const stop = stopwatch();
const { scanned, findings } = await auditTree({ root: process.env.AUDIT_ROOT, onProgress: () => undefined });
process.stdout.write(JSON.stringify({ ...stop(), files: scanned.files, findings: findings.length }));
