import { describe } from './problem-text.js';

/** What the table says of one error code. */
export interface ErrorEntry {
  /** When the error is thrown. */
  readonly when: string;
  /** Whether the same call can succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** The HTTP status that an adapter answers with. */
  readonly httpStatus: number;
  /** What a person does about it. */
  readonly remedy: string;
}

/** Every error code, once. `docs/errors.md` is held to this table by a test. */
export const errorTable = {
  DEFINITION_INVALID: {
    when: 'The code that declares or loads the settings is wrong: a name, a place, a schema or an option that cannot work, or two sources of one name.',
    retryable: false,
    httpStatus: 500,
    remedy: 'Correct what the message names in that code.',
  },
  SETTINGS_MISSING: {
    when: 'At least one setting has no value in any source that could be asked, and every value that was found is valid.',
    retryable: false,
    httpStatus: 503,
    remedy: 'Set the variables or store the secrets that the message names; check them for typos.',
  },
  SETTINGS_UNREADABLE: {
    when: 'A source could not be asked, and a setting must not fall back: `onSourceError` or `onVaultError` is `throw`.',
    retryable: true,
    httpStatus: 503,
    remedy: 'Remove the cause that the message names, and start again; or allow falling back.',
  },
  SETTINGS_INVALID: {
    when: 'At least one value does not satisfy its schema, or a variable that steers the wiring is wrong.',
    retryable: false,
    httpStatus: 503,
    remedy: 'Correct the values that the message names, at the place that it names.',
  },
  SOURCE_UNAVAILABLE: {
    when: 'A source could not be reached, did not answer in time, or said that it cannot answer now.',
    retryable: true,
    httpStatus: 503,
    remedy: 'Check the address, the network, and that the server is running and unsealed.',
  },
  SOURCE_DENIED: {
    when: 'A source refused: no token, a wrong or expired one, or one whose policies do not allow the read.',
    retryable: false,
    httpStatus: 503,
    remedy: 'Give a valid token, and a policy that grants "read" on the path that the message names.',
  },
  SOURCE_MALFORMED: {
    when: 'A source answered with something that is not its protocol: HTML, cut or oversized JSON, a wrong shape; or a file cannot be understood.',
    retryable: false,
    httpStatus: 503,
    remedy:
      'Check that the address is the server itself and no proxy, login page or other service; correct the line that the message names.',
  },
  CAS_MISMATCH: {
    when: 'A write with check-and-set found the secret at another version than the one that it names.',
    retryable: false,
    httpStatus: 500,
    remedy: 'Read the secret again, decide anew, and write with the version that was read.',
  },
  PLAN_CONFLICT: {
    when: 'A migration found something else in Vault than in the source, and was not told which of the two counts.',
    retryable: false,
    httpStatus: 500,
    remedy: 'Compare the two at the places that the message names, and decide with `onConflict`.',
  },
  PLAN_OUTDATED: {
    when: 'A saved plan was to be applied, and the source, Vault or the plan itself has changed since; or it is another Vault.',
    retryable: false,
    httpStatus: 500,
    remedy: 'Plan again, look at what has changed, and apply the new plan.',
  },
  MIGRATION_UNVERIFIED: {
    when: 'Vault did not give back what was written to it. The keys do not count as moved.',
    retryable: false,
    httpStatus: 500,
    remedy:
      'Plan again: what differs is a conflict then. If it comes again, look at what lies between here and Vault.',
  },
  FILE_UNWRITABLE: {
    when: 'A file of a migration could not be written: its journal, a saved plan, a backup.',
    retryable: false,
    httpStatus: 500,
    remedy: 'Make room, give the right to write there, or name another file.',
  },
  SNAPSHOT_NOT_READY: {
    when: 'Settings were read before the first load had succeeded.',
    retryable: true,
    httpStatus: 503,
    remedy: 'Await load() before reading settings.',
  },
  SNAPSHOT_EXPIRED: {
    when: 'The last good settings are older than `lastGoodForMs` allows, and a source still cannot be asked.',
    retryable: true,
    httpStatus: 503,
    remedy: 'Bring the source back that the message names, or allow older values.',
  },
  SIGNAL_NOT_SENT: {
    when: 'A broker did not take the signal that settings changed: it could not be reached, or refused.',
    retryable: true,
    httpStatus: 503,
    remedy: 'Check the broker and announce again; without it the instances look again by their interval.',
  },
  COMMAND_NOT_STARTED: {
    when: 'A command that was to be given settings could not be started: it was not found, or may not be executed.',
    retryable: false,
    httpStatus: 500,
    remedy: 'Check the name of the command, PATH, the folder it is started in, and its permissions.',
  },
  RESOLVER_CLOSED: {
    when: 'A closed resolver was asked to load.',
    retryable: false,
    httpStatus: 503,
    remedy: 'Create a new resolver; close() is final.',
  },
} as const satisfies Record<string, ErrorEntry>;

/** A stable error code: match on it rather than on a class or a message. */
export type ErrorCode = keyof typeof errorTable;

/** The codes with which a source says that it could not answer; none of them means "absent". */
export type SourceErrorCode = Extract<ErrorCode, `SOURCE_${string}`>;

// Two copies of this package may be loaded in one program: a brand is seen across them, a class is not.
const brand = Symbol.for('strongroom.error');

/** The base of every error that Strongroom throws. Its message never holds a secret's value. */
export class StrongroomError extends Error {
  // Said, not derived: a bundler that minifies gives classes names of its own.
  static override readonly name: string = 'StrongroomError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** A source could not answer. `SOURCE_UNAVAILABLE`, `SOURCE_DENIED` or `SOURCE_MALFORMED`. */
export class SourceError extends StrongroomError {
  static override readonly name: string = 'SourceError';
  declare readonly code: SourceErrorCode;
  /** What was asked: an address, a path, a file. Never a value. */
  readonly locator: string | undefined;
  /** What to do about this very failure, if more can be said than the table does. */
  readonly hint: string | undefined;

  constructor(
    code: SourceErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly locator?: string; readonly hint?: string } = {},
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined);
    this.locator = options.locator;
    this.hint = options.hint;
  }
}

/**
 * Whether something thrown is an error of Strongroom, and (when a code is given) that very one.
 * Works across several loaded copies of the package, where `instanceof` does not.
 */
export function isStrongroomError(thrown: unknown, code?: ErrorCode): thrown is StrongroomError {
  return (
    thrown instanceof Error &&
    brand in thrown &&
    'code' in thrown &&
    (code === undefined || thrown.code === code)
  );
}

/** Whether something thrown is the answer of a source that could not answer. */
export function isSourceError(thrown: unknown): thrown is SourceError {
  return isStrongroomError(thrown) && thrown.code.startsWith('SOURCE_');
}

/** Whether something thrown is the list of all that is wrong with a program's settings. */
export function isConfigurationError(thrown: unknown): thrown is ConfigurationError {
  return isStrongroomError(thrown) && thrown.code.startsWith('SETTINGS_');
}

/** The codes with which a program says what is wrong with its settings, the one that matters most first. */
const problemCodes = ['SETTINGS_INVALID', 'SETTINGS_MISSING', 'SETTINGS_UNREADABLE'] as const;

/** One setting, or one variable of the wiring, that keeps the program from starting. */
export interface Problem {
  readonly code: (typeof problemCodes)[number];
  /** The setting's or variable's name. */
  readonly name: string;
  /** What is wrong, in words. Never a value. */
  readonly reason: string;
  /** Where the value lies that is not valid. */
  readonly at?: { readonly source: string; readonly locator: string; readonly version?: number };
  /** What each source said, in order of precedence. */
  readonly tried: readonly { readonly source: string; readonly outcome: string }[];
  /** What to do, the likeliest first. */
  readonly hints: readonly string[];
  /** The names of the problems that it only follows from: once they are mended, the setting is looked for again. */
  readonly follows?: readonly string[];
}

/**
 * All that is wrong with a program's settings, at once.
 *
 * `code` is `SETTINGS_INVALID` when at least one problem is an invalid value, otherwise `SETTINGS_MISSING` when at
 * least one value is missing, otherwise `SETTINGS_UNREADABLE`; each of `problems` carries its own. The message lists
 * what only follows from another problem beside that.
 */
export class ConfigurationError extends StrongroomError {
  static override readonly name: string = 'ConfigurationError';
  declare readonly code: Problem['code'];
  declare readonly problems: readonly Problem[];

  constructor(headline: string, problems: readonly Problem[]) {
    const code = problemCodes.find((code) => problems.some((problem) => problem.code === code));
    super(code ?? 'SETTINGS_MISSING', describe(headline, problems));
    // Not enumerable: the message says it all, and Node.js would print it a second time for an uncaught error.
    Object.defineProperty(this, 'problems', { value: Object.freeze([...problems]) });
  }
}
