import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ConfigurationError,
  checkDefinition,
  type Declarations,
  type Definition,
  isStrongroomError,
} from '@strongroom/core';
import { variablesOf } from '@strongroom/core/handover';
import { loadSettings } from './index.js';

const definitionVariable = 'STRONGROOM_DEFINITION';

/**
 * Loads the settings of the definition that a variable names, and writes them into the environment, for a program
 * that can only read it. The one place that writes there.
 *
 * @param variables written to
 * @param folder where the definition is looked for
 * @throws ConfigurationError with every problem at once
 */
export async function preloadEnvironment(variables: NodeJS.ProcessEnv, folder: string): Promise<void> {
  const definition = await definitionNamed(variables[definitionVariable] || undefined, folder);
  // Nobody is there to hear of a change.
  const settings = await loadSettings(definition, { variables, refreshEveryMs: false });
  try {
    for (const [name, text] of Object.entries(variablesOf(settings))) {
      variables[name] = text;
      // Whoever reads the environment as we do takes both for a mistake. One that is a setting itself stays.
      if (!Object.hasOwn(definition.settings, `${name}_FILE`)) delete variables[`${name}_FILE`];
    }
  } finally {
    await settings.close();
  }
}

async function definitionNamed(named: string | undefined, folder: string): Promise<Definition<Declarations>> {
  if (named === undefined)
    throw wrong('is not set', 'Set it to the module that exports the definition: ./settings.js');
  const module = (await import(locate(named, folder))) as Readonly<Record<string, unknown>>;
  const found = [module['default'], module['definition']].find(isDefinition);
  if (found !== undefined) return found;
  throw wrong(
    `names ${named}, which exports no definition`,
    'Export what defineSettings() makes as `default` or as `definition`.',
  );
}

/** A path or a URL of a file, or the name of a package. */
function locate(named: string, folder: string): string {
  if (named.startsWith('file:')) return named;
  if (isAbsolute(named) || /^\.{1,2}[\\/]/.test(named)) {
    const path = resolve(folder, named);
    // Node.js would name this module as the one that wants it, and not the variable.
    if (!existsSync(path)) {
      throw wrong(
        `names ${JSON.stringify(named)}, and there is no such file`,
        `It was looked for at ${path}.`,
      );
    }
    return pathToFileURL(path).href;
  }
  try {
    return pathToFileURL(createRequire(resolve(folder, 'package.json')).resolve(named)).href;
  } catch {
    throw wrong(
      `names ${JSON.stringify(named)}, which is no package that is installed here`,
      'A file is written as ./settings.js or as a whole path.',
    );
  }
}

function isDefinition(exported: unknown): exported is Definition<Declarations> {
  try {
    checkDefinition(definitionVariable, exported as Definition);
    return true;
  } catch (error) {
    if (isStrongroomError(error)) return false;
    throw error;
  }
}

const wrong = (reason: string, hint: string): ConfigurationError =>
  new ConfigurationError('There is no definition to load settings by', [
    { code: 'SETTINGS_INVALID', name: definitionVariable, reason, tried: [], hints: [hint] },
  ]);
