import type { Declarations } from '../definition/definition.js';
import { transforms } from '../definition/schema.js';
import {
  ConfigurationError,
  chosenNames,
  type EnvironmentVariables,
  type Problem,
  type Resolver,
} from '../index.js';
import type { Resolved } from '../resolution/resolution.js';
import { chosenSettings } from './chosen-settings.js';

/**
 * The settings that hold now, as environment variables hold them: the text that a source gave, or its JSON. What no
 * source has is left out, and so is a default that its schema could not have been given. Counts as a read of each
 * secret.
 *
 * @param only the names of the settings. @default all
 * @throws StrongroomError `SNAPSHOT_NOT_READY`, `SNAPSHOT_EXPIRED`; `DEFINITION_INVALID` for a name that is no setting's
 * @throws ConfigurationError `SETTINGS_INVALID` for a text that no variable can hold
 */
export function variablesOf<T extends Declarations>(
  resolver: Resolver<T>,
  only?: readonly (keyof T & string)[],
): Readonly<Record<string, string>> {
  const names = chosenNames('variablesOf()', resolver.definition.settings, only);
  const texts = chosenSettings(resolver, names).flatMap((one) => {
    const text = textOf(one);
    return text === undefined ? [] : [{ one, text }];
  });
  const problems = texts.filter(({ text }) => text.includes('\0')).map(({ one }) => unspeakable(one));
  if (problems.length > 0) throw new ConfigurationError('Not all settings fit into variables', problems);
  return Object.fromEntries(texts.map(({ one, text }) => [one.setting.name, text]));
}

/**
 * Variables without those of some settings: `NAME`, and `NAME_FILE` unless that is a setting itself.
 *
 * @param settings all of the definition
 * @param names of the settings whose variables are taken out
 */
export function withoutVariablesOf(
  variables: EnvironmentVariables,
  settings: Readonly<Record<string, unknown>>,
  names: Iterable<string>,
): Record<string, string | undefined> {
  const rest = { ...variables };
  for (const name of names) {
    delete rest[name];
    if (!Object.hasOwn(settings, `${name}_FILE`)) delete rest[`${name}_FILE`];
  }
  return rest;
}

function textOf({ setting, raw, origin }: Resolved): string | undefined {
  if (typeof raw === 'string') return raw;
  // A default is of the type that the schema makes, not of the one that it takes.
  if (raw === undefined || (origin?.source === 'defaults' && transforms(setting.schema))) return undefined;
  if (typeof raw === 'bigint') return String(raw);
  const json = jsonOf(raw);
  // A date, a URL and the like are text in JSON.
  return json?.startsWith('"') === true ? (JSON.parse(json) as string) : json;
}

/** @returns undefined for what JSON cannot hold, a bigint in a list say: only a default can be that */
function jsonOf(raw: unknown): string | undefined {
  try {
    return JSON.stringify(raw) as string | undefined;
  } catch {
    return undefined;
  }
}

function unspeakable({ setting, origin }: Resolved): Problem {
  return {
    code: 'SETTINGS_INVALID',
    name: setting.name,
    reason: 'holds a NUL character, which no environment variable can',
    ...(origin === undefined ? {} : { at: origin }),
    tried: [],
    hints: ['Store it in another form, such as base64, or leave it out.'],
  };
}
