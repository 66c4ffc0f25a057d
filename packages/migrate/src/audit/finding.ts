import { Entry } from '../index.js';
import type { RuleLevel } from './rule.js';

/** Shown instead of a value: of one width, whatever the value is. */
export const mask = '********';

/** The setting that a found secret is, or could become, and where Vault would hold it. */
export interface Proposal {
  /** The name of the setting, which is also its environment variable's. */
  readonly setting: string;
  /** Whether the definition has this setting; otherwise the name is a proposal too. */
  readonly declared: boolean;
  /** `group/key`. Undefined for a declared setting that has no place of its own, such as one that is leased. */
  readonly place: string | undefined;
}

/** A finding as JSON: the shape is stable, and has no value. */
export interface FindingJson {
  readonly rule: string;
  readonly level: RuleLevel;
  readonly message: string;
  /** Relative to the root, with `/` between the parts; control characters are escaped as JSON does it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** Whether it stands in the working tree, or in git history only. */
  readonly in: 'tree' | 'history';
  /** The commit that first brought the value, when history was asked for and has it. */
  readonly commit: string | null;
  readonly mask: string;
  readonly proposal: { readonly setting: string; readonly declared: boolean; readonly place: string | null };
}

/** What a finding is made of. */
export interface FindingParts {
  readonly rule: string;
  readonly level: RuleLevel;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly in: 'tree' | 'history';
  readonly commit: string | undefined;
  readonly proposal: Proposal;
  readonly value: string;
}

/** A secret that stands in code or in its history. The value shows in no inspection and no serialization. */
export class Finding {
  /** The rule's id: `known-value`, `default-in-code`, `connection-string`, `stripe-key`, `secretlint/slack`, … */
  readonly rule: string;
  readonly level: RuleLevel;
  /** What was found, in one sentence. */
  readonly message: string;
  /** Relative to the root, with `/` between the parts. As it is: show it through `printable()`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** Whether it stands in the working tree, or in git history only: then file and line are those of the commit. */
  readonly in: 'tree' | 'history';
  /** The commit that first brought the value, when history was asked for and has it. */
  readonly commit: string | undefined;
  readonly proposal: Proposal;
  readonly mask = mask;
  readonly #value: string;

  constructor(parts: FindingParts) {
    this.rule = parts.rule;
    this.level = parts.level;
    this.message = parts.message;
    this.file = parts.file;
    this.line = parts.line;
    this.column = parts.column;
    this.in = parts.in;
    this.commit = parts.commit;
    this.proposal = parts.proposal;
    this.#value = parts.value;
  }

  /** For a plan: the value under the proposed setting's name. The only way to the value. */
  entry(): Entry {
    const place = this.in === 'tree' ? this.file : `${this.file} at ${this.commit}`;
    return new Entry(this.proposal.setting, this.#value, { reader: 'audit', place, line: this.line });
  }

  toJSON(): FindingJson {
    const { rule, level, message, file, line, column, commit, proposal } = this;
    return {
      rule,
      level,
      message,
      file,
      line,
      column,
      in: this.in,
      commit: commit ?? null,
      mask,
      proposal: { ...proposal, place: proposal.place ?? null },
    };
  }
}
