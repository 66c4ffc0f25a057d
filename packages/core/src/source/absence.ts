import type { AbsenceReason, Absent } from './source.js';

/** The reasons of absence, for people. */
export const absenceWords: Readonly<Record<AbsenceReason, string>> = {
  'not-set': 'not set',
  'no-place': 'has no place there',
  'no-such-path': 'no such path',
  'no-such-key': 'no such key',
  'version-deleted': 'the latest version is deleted',
  'version-destroyed': 'the latest version is destroyed',
  'development-only': 'a default for development only',
  'turned-off': 'turned off',
  shadow: 'shadow: compared, not used',
};

/** Why it is absent, as whole as the source said it. */
export function absenceText({ reason, detail }: Absent): string {
  const words = absenceWords[reason];
  return detail === undefined ? words : `${words} (${detail})`;
}
