import { isConfigurationError, type SettingExplanation } from '../index.js';
import type { ResolverEvents } from '../resolver/resolver-state.js';
import type { AuditEntry } from './audit-record.js';

/** Where a value lies. */
export type Whereabouts = Pick<AuditEntry, 'source' | 'locator' | 'version' | 'requestId'>;

/** What is asked of the resolver about a setting. */
export interface Surroundings {
  readonly whereIs: (setting: string) => Whereabouts;
  /** Every setting, or none before something was loaded. */
  readonly explain: () => readonly SettingExplanation[];
}

/** What an audit trail says of each event of a resolver: none is left out without a word. */
export const entriesOf: {
  readonly [E in keyof ResolverEvents]: (
    details: ResolverEvents[E],
    surroundings: Surroundings,
  ) => readonly AuditEntry[];
} = {
  ready: ([{ status }]) => [{ event: 'state', outcome: status }],
  degraded: ([{ status, reason }]) => [{ event: 'state', outcome: status, ...given({ reason }) }],
  failed: ([{ status }, error]) => [
    ...(isConfigurationError(error) ? refusals(error) : []),
    // Not the whole message of a ConfigurationError: it goes on for a line a setting.
    { event: 'state', outcome: status, code: error.code, reason: error.message.split('\n', 1)[0] ?? '' },
  ],
  closed: () => [{ event: 'state', outcome: 'closed' }],
  change: ([changes]) =>
    changes.map(({ name, before, after }) => ({
      event: 'change',
      outcome: 'changed',
      setting: name,
      ...whereaboutsOf(after),
      ...given({ versionBefore: before.version }),
    })),
  refused: ([error]) => refusals(error),
  deleted: ([settings], { whereIs }) =>
    settings.map((setting) => ({ event: 'deleted', outcome: 'kept', setting, ...whereIs(setting) })),
  refresh: ([{ outcome, trigger, settings, durationMs, failures }], { explain }) => [
    { event: 'refresh', outcome, trigger, count: settings, durationMs },
    ...failures.map(({ source, code, message, settings: touched }) => ({
      event: 'unavailable' as const,
      outcome: 'failure',
      source,
      code,
      reason: message,
      count: touched.length,
    })),
    // Only a start falls back: later, each setting keeps the value that it has.
    ...(trigger === 'load' && failures.length > 0 ? fallbacks(explain()) : []),
  ],
  source: ([{ type, ...activity }]) => [{ event: type, ...activity }],
  rollout: ([{ source, mode, reason }]) => [{ event: 'rollout', outcome: mode, source, reason }],
  shadow: ([{ differences }]) =>
    differences.map(({ setting, kind, compared: { source, locator, version }, code }) => ({
      event: 'shadow',
      outcome: kind,
      setting,
      source,
      ...given({ locator, version, code }),
    })),
  bindFailed: ([{ settings, what, reason }]) =>
    settings.map((setting) => ({ event: 'bind', outcome: 'failure', setting, reason: `${what}: ${reason}` })),
};

/** Where a value lies, as it was explained. */
export function whereaboutsOf({ source, locator, version, sources }: SettingExplanation): Whereabouts {
  const requestId = sources.find(({ outcome }) => outcome === 'used')?.requestId;
  return given({ source, locator, version, requestId });
}

const refusals = ({ problems }: ResolverEvents['refused'][0]): readonly AuditEntry[] =>
  problems.map(({ name, code, reason, at }) => ({
    event: 'refused',
    outcome: 'refused',
    setting: name,
    code,
    reason,
    ...at,
  }));

const fallbacks = (explanations: readonly SettingExplanation[]): readonly AuditEntry[] =>
  explanations
    .filter(({ freshness }) => freshness !== 'fresh')
    .map((explanation) => ({
      event: 'fallback',
      outcome: explanation.freshness,
      setting: explanation.name,
      ...whereaboutsOf(explanation),
    }));

/** Leaves out what is not known. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
