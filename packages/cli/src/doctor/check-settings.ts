import type { Declarations } from '@strongroom/core';
import type { LoadedSettings } from '@strongroom/node';
import { surveySettings } from '../configuration/loading.js';
import { type Check, failed, ok, warning } from './check.js';

/** Whether each setting has a value that can be used, and from where. */
export async function checkSettings<T extends Declarations>(
  settings: LoadedSettings<T>,
): Promise<readonly Check[]> {
  const { reports } = await surveySettings(settings);
  return reports.map(({ name, state, source, locator, version, freshness, problem, sources }) => {
    const title = `setting ${name}`;
    if (problem !== undefined) {
      const said = sources.flatMap(({ source: from, outcome, reason }) =>
        outcome === 'failed' || outcome === 'absent' ? [`${from}: ${reason}`] : [],
      );
      return failed(title, [problem.reason, ...said].join('; '), ...problem.hints);
    }
    const where =
      state === 'unset'
        ? 'is not set, and need not be'
        : `from ${source}: ${locator}${version === undefined ? '' : `, version ${version}`}`;
    if (freshness === 'fresh') return ok(title, where);
    const failing = sources.filter(({ outcome }) => outcome === 'failed').map(({ source: from }) => from);
    return warning(title, `${where}; ${failing.join(', ')} could not be asked`, 'See the checks above.');
  });
}
