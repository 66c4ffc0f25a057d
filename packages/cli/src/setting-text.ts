import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';

/**
 * A setting's value as an environment variable would hold it: text as it is, anything else as JSON.
 *
 * @returns undefined for an optional one that is not set
 * @throws CommandError for a value that no text stands for
 */
export function settingText(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (value instanceof URL) return value.href;
  if (typeof value === 'bigint') return String(value);
  const text = JSON.stringify(value);
  // A date is its ISO text, which is no JSON text around it.
  if (value instanceof Date && text !== 'null') return value.toISOString();
  const isData =
    typeof value !== 'object' || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (text !== undefined && isData) return text;
  throw new CommandError(exitCodes.configuration, `${name} has a value that no text stands for`, {
    remedy: `Leave it out with --only, or let the schema of ${name} give text, a number, a boolean or JSON.`,
  });
}
