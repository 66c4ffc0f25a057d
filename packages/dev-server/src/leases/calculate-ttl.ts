import { shortDuration } from '../go/short-duration.js';
import { failure } from '../logical/logical-fault.js';

/** What bounds a TTL. All in seconds, 0 for not set, but `elapsed`: milliseconds since the lease began. */
export interface TtlBounds {
  readonly systemDefault: number;
  readonly systemMax: number;
  /** What the caller asks for. */
  readonly increment?: number;
  /** What the backend would give. */
  readonly ttl?: number;
  readonly maxTtl?: number;
  readonly explicitMaxTtl?: number;
  readonly period?: number;
  readonly elapsed?: number;
}

export interface CalculatedTtl {
  /** Seconds. */
  readonly ttl: number;
  readonly warnings: readonly string[];
}

const lesser = (limit: number, other: number | undefined): number =>
  other !== undefined && other > 0 && other < limit ? other : limit;

/** How long a lease lives from now on. @throws LogicalFault when it cannot live any longer */
export function calculateTtl(bounds: TtlBounds): CalculatedTtl {
  const { increment = 0, explicitMaxTtl = 0, elapsed = 0 } = bounds;
  const maxTtl = lesser(lesser(bounds.systemMax, bounds.maxTtl), explicitMaxTtl);
  const warnings: string[] = [];
  let ttl = increment > 0 ? increment : bounds.ttl || bounds.systemDefault;
  let last = maxTtl;
  if (bounds.period !== undefined && bounds.period > 0) {
    ttl = bounds.period;
    if (ttl > maxTtl) {
      warnings.push(
        `period of "${shortDuration(ttl)}" exceeded the effective max_ttl of "${shortDuration(maxTtl)}"; period value is capped accordingly`,
      );
      ttl = maxTtl;
    }
    last = explicitMaxTtl > 0 ? explicitMaxTtl : Number.POSITIVE_INFINITY;
  }
  const left = Number.isFinite(last) ? Math.round(last - elapsed / 1000) : last;
  if (left <= 0) throw failure('past the max TTL, cannot renew');
  if (ttl > left) {
    warnings.push(
      `TTL of "${shortDuration(ttl)}" exceeded the effective max_ttl of "${shortDuration(left)}"; TTL value is capped accordingly`,
    );
    ttl = left;
  }
  return { ttl, warnings };
}
