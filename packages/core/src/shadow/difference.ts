import type { Resolved } from '../resolution/resolution.js';
import type { ComparedAnswer } from './compared-answer.js';
import { type Fingerprints, shown } from './fingerprint.js';
import type { ShadowDifference, ShadowSide } from './shadow-report.js';

/** What the source and what is served come to beside each other, for one setting. */
export interface Compared {
  /** Undefined when they agree. */
  readonly difference: Omit<ShadowDifference, 'since'> | undefined;
  /** Which versions of both sides it is of. Never shown. */
  readonly versions: string;
}

/** Compares what a source said about a setting with what is served of it. */
export function compared(
  { setting, value, raw, origin }: Resolved,
  source: string,
  answer: ComparedAnswer,
  fingerprints: Fingerprints,
): Compared {
  const own = origin === undefined ? undefined : fingerprints.of(setting.name, value, raw);
  const their = 'fingerprint' in answer ? answer.fingerprint : undefined;
  const code = answer.status === 'unavailable' ? answer.code : undefined;
  const versions = JSON.stringify([answer.status, own, origin?.version, their, answer.version, code]);
  const kind = kindOf(origin?.source, own, answer);
  if (kind === undefined) return { difference: undefined, versions };
  const seen = (fingerprint: string | undefined) => (kind === 'differs' ? fingerprint : undefined);
  const difference = {
    setting: setting.name,
    kind,
    served: side({ source: undefined, ...origin }, seen(own)),
    compared: side({ ...answer, source }, seen(their)),
    ...(code === undefined ? {} : { code }),
    ...('reason' in answer ? { reason: answer.reason } : {}),
  };
  return { difference, versions };
}

function side<S extends string | undefined>(
  { source, locator, version }: Pick<ShadowSide, 'locator' | 'version'> & { readonly source: S },
  fingerprint: string | undefined,
): ShadowSide & { readonly source: S } {
  return Object.freeze({
    source,
    ...(locator === undefined ? {} : { locator }),
    ...(version === undefined ? {} : { version }),
    ...(fingerprint === undefined ? {} : { fingerprint: shown(fingerprint) }),
  });
}

function kindOf(
  servedFrom: string | undefined,
  own: string | undefined,
  answer: ComparedAnswer,
): ShadowDifference['kind'] | undefined {
  switch (answer.status) {
    case 'unavailable':
    case 'invalid':
      return answer.status;
    case 'absent':
      // With neither a value here nor there, or with the default, nothing would be another.
      return servedFrom === undefined || servedFrom === 'defaults' ? undefined : 'missing';
    case 'value':
      if (own === undefined) return 'extra';
      return own === answer.fingerprint ? undefined : 'differs';
  }
}
