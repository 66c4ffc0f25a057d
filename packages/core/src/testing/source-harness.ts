import type { Declaration, Setting } from '../definition/definition.js';
import type { Source } from '../source/source.js';

/** The application and the environment that the suite asks for. */
export interface SourceMoment {
  readonly application: string;
  readonly environment: string;
}

/** A source under test, and what belongs to it. */
export interface SourceFixture {
  readonly source: Source;
  /** Texts besides the values that nobody may see: the token that the source logs in with, say. */
  readonly secrets?: readonly string[];
  /** Takes away what `create` made. The suite closes the source before. */
  cleanup?(): void | Promise<void>;
}

/** Puts what is behind a source into a state in which it cannot answer. Called before the first lookup. */
export type SourceFailureHook<F extends SourceFixture> = (fixture: F) => void | Promise<void>;

/** What makes a source fail, by what it is to answer then. */
export interface FailureHooks<F extends SourceFixture> {
  /** Makes the source unreachable: `SOURCE_UNAVAILABLE`. */
  breakIt: SourceFailureHook<F>;
  /** Makes the source refuse: `SOURCE_DENIED`. */
  deny: SourceFailureHook<F>;
  /** Makes the source meet something that is not its protocol: `SOURCE_MALFORMED`. */
  garbage: SourceFailureHook<F>;
  /** Makes the source never answer by itself. */
  hang: SourceFailureHook<F>;
}

/**
 * What the suite must know of a source. A failure that a source cannot have is left out, and `cannotFail` says
 * why; the tests for it are then not there, rather than there and skipped.
 */
export type SourceHarness<F extends SourceFixture = SourceFixture> = {
  /** Makes a fresh source in which these settings have these values, and no other setting has one. */
  create(values: ReadonlyMap<Setting, unknown>, moment: SourceMoment): F | Promise<F>;
  /**
   * Declares a setting that the suite is going to ask for.
   *
   * @param value the value that it is going to have; undefined for none
   * @default a secret at the given place
   */
  declare?(place: `${string}/${string}`, value: unknown): Declaration;
  /** Whether the source can hold any JSON value, and not only text. @default false */
  readonly storesJson?: boolean;
} & (FailureHooks<F> | (Partial<FailureHooks<F>> & { readonly cannotFail: string }));

/** As much of a test runner as the suite needs. Vitest, `node:test`, Jest and mocha (whose `test` is `it`) have it. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: () => Promise<void>): unknown;
  afterEach(body: () => Promise<void>): unknown;
}
