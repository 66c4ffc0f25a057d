import type { Entry, Origin } from '../entry.js';

/** What every reader gives. */
export interface Reading {
  /** In the order of the origin. No name occurs twice. */
  readonly entries: readonly Entry[];
  /** What a person should know before the entries are moved, in the order of the origin. */
  readonly warnings: readonly ReadingWarning[];
}

/**
 * What there is to know of one place of the origin. Neither a value nor a text of the origin is part of it, only
 * names and lines.
 */
export interface ReadingWarning {
  /**
   * - `duplicate-key`: a name stands there more than once; the last one counts
   * - `unread-line`: a line, or several in a row, is neither an assignment nor a comment, and is not read
   * - `unclosed-quote`: a value begins with a quote that nothing closes, and is taken as it stands
   * - `cut-at-hash`: a value without quotes ends at a `#`, as the parser has it
   * - `interpolation`: a value refers to other variables and is taken as it stands
   * - `unresolved-reference`: a value refers to a variable that is not known here
   * - `encrypted`: a value is the work of an encrypting tool, not the secret itself
   * - `not-text`: something is no UTF-8 text, and is left out
   * - `number-as-text`: a number that JavaScript would write otherwise is taken as its text
   * - `unknown-tag`: a value has a YAML tag that says how to make it, and is taken as it stands
   * - `not-read`: something lies there that is no entry: a folder, a deleted version, a limit that was reached
   * - `not-followed`: something refers to another file, which is not read
   */
  readonly code:
    | 'duplicate-key'
    | 'unread-line'
    | 'unclosed-quote'
    | 'cut-at-hash'
    | 'interpolation'
    | 'unresolved-reference'
    | 'encrypted'
    | 'not-text'
    | 'number-as-text'
    | 'unknown-tag'
    | 'not-read'
    | 'not-followed';
  /** The entry that it is about, by its name, if it is about one. */
  readonly name?: string;
  /** Where, what is so, and what to do: `.env:9: DB_URL stands on the lines 3 and 9: the last one counts.` */
  readonly message: string;
  readonly origin: Origin;
}
