import type { Logger } from '../index.js';
import type { ShadowComparison, ShadowDifference } from './shadow-report.js';

/**
 * Says what is new: a line for each setting that differs, one for all that could not be asked about for one
 * cause, and one when all agrees.
 *
 * @param nowAgrees whether all agrees and that was not said yet
 */
export function logComparison(logger: Logger, comparison: ShadowComparison, nowAgrees: boolean): void {
  const { source, differences, agreed, settings } = comparison;
  const causes = new Map<string, string[]>();
  for (const difference of differences) {
    const { setting, kind } = difference;
    if (kind === 'unavailable') {
      const cause = `${difference.reason} (${difference.code})`;
      causes.set(cause, [...(causes.get(cause) ?? []), setting]);
    } else logger.warn({ ...difference }, `shadow: ${setting} ${words(difference)}`);
  }
  for (const [cause, affected] of causes) {
    logger.warn({ source, settings: affected }, `shadow: ${source} could not be asked: ${cause}`);
  }
  if (nowAgrees) logger.info({ source, settings }, `shadow: ${source} agrees with what is served`);
  else if (agreed.length > 0) {
    logger.info({ source, settings: agreed }, `shadow: ${source} agrees again on ${agreed.join(', ')}`);
  }
}

function words({ kind, served, compared, reason }: ShadowDifference): string {
  const { source } = compared;
  switch (kind) {
    case 'missing':
      return `is missing in ${source}: ${reason}`;
    case 'extra':
      return `is only in ${source}`;
    case 'invalid':
      return `is not valid in ${source}: ${reason}`;
    default:
      return `differs between ${served.source} and ${source}`;
  }
}
