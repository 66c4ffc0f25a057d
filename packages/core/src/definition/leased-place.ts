import { StrongroomError } from '../errors/errors.js';
import { checkOptions } from '../option-names.js';
import { frozenCopy } from './frozen-copy.js';
import { checkSegment } from './segment.js';

/**
 * A place outside the application's own part of a store: what is there is made for whoever asks, and ends with
 * its lease. Made by {@link leased}.
 */
export interface LeasedPlace {
  /** The path, in which `{application}` and `{environment}` stand for those of the resolver. */
  readonly path: string;
  /** One of the keys of what is made; all keys of one path come from one lease. */
  readonly key: string;
  /** With parameters, asking is a write of them. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined;
}

export interface LeasedOptions {
  /** JSON values that are written to the path, as `pki/issue/web` wants them: `{ common_name: 'a.example' }`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/**
 * Says that a setting comes from what a source makes and leases: a user of a database, a certificate. Settings
 * of one path (with the same parameters) come from one lease, so a user and its password belong together.
 *
 * @param path the whole path; `{application}` and `{environment}` stand for those of the resolver
 * @throws StrongroomError `DEFINITION_INVALID` for a path or a key that cannot be one
 * @example secret(leased('database/creds/{application}-{environment}', 'password'), z.string())
 */
export function leased(path: `${string}/${string}`, key: string, options: LeasedOptions = {}): LeasedPlace {
  checkOptions('leased()', options, { parameters: true });
  if (typeof path !== 'string') {
    throw new StrongroomError('DEFINITION_INVALID', 'A leased path is not given as text');
  }
  const plain = path.replaceAll('{application}', 'a').replaceAll('{environment}', 'e');
  for (const segment of plain.split('/')) checkSegment('A segment of a leased path', segment);
  if (/[{}]/.test(plain)) {
    throw new StrongroomError(
      'DEFINITION_INVALID',
      `The leased path ${JSON.stringify(path)} has braces around something else than application or environment`,
    );
  }
  checkSegment('The key of a leased path', key);
  const { parameters } = options;
  return Object.freeze({
    path,
    key,
    parameters:
      // The copy of an object is an object.
      parameters === undefined ? undefined : (frozenCopy(parameters) as Readonly<Record<string, unknown>>),
  });
}
