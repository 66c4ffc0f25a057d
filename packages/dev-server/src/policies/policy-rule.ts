import type { HclValue } from './hcl-parser.js';

/** What a policy can allow on a path; `deny` takes everything. */
export type Capability = 'deny' | 'create' | 'read' | 'update' | 'delete' | 'list' | 'sudo';

export const CAPABILITIES: ReadonlySet<string> = new Set<Capability>([
  'deny',
  'create',
  'read',
  'update',
  'delete',
  'list',
  'sudo',
]);

/** The values that a parameter may or may not have; an empty list stands for any. */
export type ParameterRules = ReadonlyMap<string, readonly HclValue[]>;

/** What a policy says of one path. */
export interface PolicyRule {
  /** Without the `*` at the end where `isPrefix`; with it where there are `+` segments. */
  readonly path: string;
  readonly isPrefix: boolean;
  readonly hasSegmentWildcards: boolean;
  readonly capabilities: ReadonlySet<Capability>;
  readonly allowedParameters: ParameterRules;
  readonly deniedParameters: ParameterRules;
  readonly requiredParameters: readonly string[];
  /** Milliseconds; 0 for none. */
  readonly minWrappingTtl: number;
  readonly maxWrappingTtl: number;
}
