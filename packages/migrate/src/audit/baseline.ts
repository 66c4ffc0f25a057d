import type { Finding } from './finding.js';

/** The findings that were accepted once: what a later audit finds of them again is no news. */
export interface Baseline {
  /** How many it holds. */
  readonly size: number;
  has(finding: Finding): Promise<boolean>;
  /** The baseline's file: fingerprints, rules, names of settings and files. No value. */
  toString(): string;
}

/** A baseline that accepts these findings. */
export declare function createBaseline(findings: readonly Finding[]): Promise<Baseline>;

/**
 * Reads a baseline's file.
 *
 * @throws SourceError `SOURCE_MALFORMED` for a file that is no baseline, `SOURCE_UNAVAILABLE` for one that cannot be read
 */
export declare function readBaseline(path: string): Promise<Baseline>;
