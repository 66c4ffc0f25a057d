import { formatTime } from '../go/timestamp.js';
import type { VersionRecord } from './secret-record.js';

/** A version as answers show it; its number apart, as not all of them name it. */
export const versionView = (
  version: VersionRecord,
): { created_time: string; deletion_time: string; destroyed: boolean } => ({
  created_time: formatTime(version.createdTime),
  deletion_time: version.deletionTime === undefined ? '' : formatTime(version.deletionTime),
  destroyed: version.destroyed,
});
