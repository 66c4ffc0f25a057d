import type { ExitCode } from './exit-code.js';

/** Something that the command itself has to say: what happened and what to do. Never a value. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;
  /** What to do about it. */
  readonly remedy: string | undefined;

  constructor(
    exitCode: ExitCode,
    message: string,
    options: { readonly remedy?: string; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.exitCode = exitCode;
    this.remedy = options.remedy;
  }
}
