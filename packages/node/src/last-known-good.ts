import {
  type Clock,
  ConfigurationError,
  type EnvironmentVariables,
  isStrongroomError,
  type Logger,
  type Source,
} from '@strongroom/core';
import type { LastKnownGoodOptions } from '@strongroom/core/last-known-good';

/** What of the last-known-good file is said in code; variables say the rest. */
export type LastKnownGood = Partial<Pick<LastKnownGoodOptions, 'file' | 'key' | 'maxAgeMs'>>;

const fileVariable = 'STRONGROOM_LAST_KNOWN_GOOD';
const keyVariable = 'STRONGROOM_LAST_KNOWN_GOOD_KEY';

/** The variables that hold the file's key, or name a file that does. */
export const lastKnownGoodKeyVariables: readonly string[] = [keyVariable, `${keyVariable}_FILE`];

/**
 * Lets the Vault source start from its last known good answers, where code or variables ask for that.
 *
 * @throws ConfigurationError for a file without a key, or a key that cannot be read
 */
export async function keepLastKnownGood(
  source: Source,
  variables: EnvironmentVariables,
  options: { readonly lastKnownGood?: LastKnownGood; readonly logger?: Logger; readonly clock?: Clock },
): Promise<Source> {
  const { lastKnownGood = {}, logger, clock } = options;
  const file = lastKnownGood.file ?? (variables[fileVariable] || undefined);
  if (file === undefined) return source;
  const key = lastKnownGood.key ?? (await keyFrom(variables));
  const { withLastKnownGood } = await import('@strongroom/core/last-known-good');
  try {
    return withLastKnownGood(source, {
      file,
      key,
      ...(lastKnownGood.maxAgeMs === undefined ? {} : { maxAgeMs: lastKnownGood.maxAgeMs }),
      ...(logger === undefined ? {} : { logger }),
      ...(clock === undefined ? {} : { clock }),
    });
  } catch (error) {
    if (!isStrongroomError(error, 'DEFINITION_INVALID')) throw error;
    throw notUsable('the key is not of 32 bytes', 'Make one: `openssl rand -base64 32`.');
  }
}

async function keyFrom(variables: EnvironmentVariables): Promise<string> {
  const key = variables[keyVariable] || undefined;
  const keyFile = variables[`${keyVariable}_FILE`] || undefined;
  if (key !== undefined && keyFile !== undefined) {
    throw notUsable(`${keyVariable}_FILE is set too`, `Unset ${keyVariable} or ${keyVariable}_FILE.`);
  }
  if (key !== undefined) return key;
  if (keyFile === undefined) {
    throw notUsable(
      `${fileVariable} names a file, and there is no key for it`,
      `Set ${keyVariable}, or ${keyVariable}_FILE to a file that holds it: \`openssl rand -base64 32\` makes one.`,
    );
  }
  try {
    // Imported here: nearly no start needs it.
    const { readFile } = await import('node:fs/promises');
    return await readFile(keyFile, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw notUsable(
      `the file named by ${keyVariable}_FILE cannot be read (${code})`,
      `Correct ${keyVariable}_FILE.`,
    );
  }
}

const notUsable = (reason: string, hint: string): ConfigurationError =>
  new ConfigurationError('The last known good settings cannot be kept', [
    { code: 'SETTINGS_INVALID', name: keyVariable, reason, tried: [], hints: [hint] },
  ]);
