import { type Declarations, type Definition, defineSettings, nearMiss } from '@strongroom/core';
import { CommandError } from '../command-error.js';
import { exitCodes } from '../exit-code.js';

/**
 * The definition with some of its settings only, so that nothing else needs to be there.
 *
 * @throws CommandError for a setting that the definition does not have
 */
export function definitionOnly(definition: Definition, names: readonly string[]): Definition {
  const { application, environments, settings } = definition;
  const chosen: Record<string, Declarations[string]> = {};
  for (const name of names) {
    const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (setting === undefined) throw unknown(definition, name);
    chosen[name] = setting;
  }
  return defineSettings({ application, environments, settings: chosen });
}

function unknown({ application, settings }: Definition, name: string): CommandError {
  const names = Object.keys(settings);
  const meant = nearMiss(name, names);
  return new CommandError(exitCodes.usage, `${application} has no setting of this name`, {
    remedy: meant === undefined ? 'List them with `strongroom explain`.' : `Was it meant to be ${meant}?`,
  });
}
