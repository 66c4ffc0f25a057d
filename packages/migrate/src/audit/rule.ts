/** How sure a rule is: `error` for what is a secret by its shape or its value, `warning` for what looks like one. */
export type RuleLevel = 'error' | 'warning';

/** A rule of the audit: stable id, and what a finding of it means. */
export interface Rule {
  readonly id: string;
  readonly level: RuleLevel;
  /** One sentence about what was found. Never a value. */
  readonly message: string;
}

/** What a rule found in one text, before it has a place in the tree. */
export interface Detection {
  readonly rule: Rule;
  /** Where the value begins and ends in the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** What belongs into Vault: escapes undone, quotes taken away. */
  readonly value: string;
  /** The name that the code gives it: a variable's, a key's. */
  readonly name?: string;
  /** The name that is proposed where the code gives it none. */
  readonly fallbackName?: string;
}
