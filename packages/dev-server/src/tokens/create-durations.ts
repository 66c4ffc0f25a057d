import { DurationError, parseDuration, parseGoDuration } from '../go/duration.js';
import { refusal } from '../logical/logical-fault.js';
import type { CreateRequest } from './create-request.js';
import type { TokenRole } from './role-record.js';

/** How long a new token may live, in seconds; 0 for not said. */
export interface CreateDurations {
  readonly ttl: number;
  /** As the request says, kept with the token. */
  readonly explicitMaxTtl: number;
  readonly period: number;
  /** As the request and the role say together. */
  readonly effectiveExplicitMaxTtl: number;
  readonly effectivePeriod: number;
  readonly warnings: readonly string[];
}

/** Reads a duration in seconds. @throws LogicalFault */
function read(text: string, name: string, parse: (text: string) => number = parseDuration): number {
  if (text === '') return 0;
  try {
    const seconds = Math.trunc(parse(text) / 1000);
    if (seconds < 0) throw refusal(`${name} must be positive`);
    return seconds;
  } catch (error) {
    throw error instanceof DurationError ? refusal(error.message) : error;
  }
}

/** The lesser of what request and role say, with a warning when both say something. */
function combine(asked: number, byRole: number, label: string, warnings: string[]): number {
  if (byRole === 0) return asked;
  if (asked === 0) return byRole;
  const lesser = Math.min(asked, byRole);
  warnings.push(
    `${label} specified both during creation call and in role; using the lesser value of ${lesser} seconds`,
  );
  return lesser;
}

/** @throws LogicalFault when one cannot be read, or may not be asked for */
export function durationsFor(
  request: CreateRequest,
  role: TokenRole | undefined,
  isSudo: boolean,
  batch: boolean,
): CreateDurations {
  const explicitMaxTtl = read(request.explicitMaxTtl, 'explicit_max_ttl');
  const period = read(request.period, 'period');
  if (period > 0 && !isSudo) throw refusal('root or sudo privileges required to create periodic token');
  const ttl = request.ttl === '' ? read(request.lease, 'lease', parseGoDuration) : read(request.ttl, 'ttl');
  const warnings: string[] = [];
  // A batch token cannot have what these fields of a role say.
  const limits = batch ? undefined : role;
  return {
    ttl,
    explicitMaxTtl,
    period,
    effectiveExplicitMaxTtl: combine(
      explicitMaxTtl,
      limits?.tokenExplicitMaxTtl ?? 0,
      'Explicit max TTL',
      warnings,
    ),
    effectivePeriod: combine(period, limits?.tokenPeriod ?? 0, 'Period', warnings),
    warnings,
  };
}

/** What stands in the way of a batch token, if anything. */
export function batchObstacle(request: CreateRequest): string | undefined {
  const set = (text: string, name: string): boolean => {
    try {
      return text !== '' && parseDuration(text) !== 0;
    } catch {
      throw refusal(`"${name}" value could not be parsed`);
    }
  };
  if (request.explicitMaxTtl !== '') {
    return set(request.explicitMaxTtl, 'explicit_max_ttl') ? 'explicit_max_ttl' : undefined;
  }
  if (request.numUses !== 0) return 'num_uses';
  return set(request.period, 'period') ? 'period' : undefined;
}
