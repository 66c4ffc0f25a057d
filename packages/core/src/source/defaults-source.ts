import type { Setting } from '../definition/definition.js';
import type { Absent, Lookup, Source } from './source.js';

/**
 * The defaults that the definition declares: an ordinary source, the last one. A default for development only
 * is absent in every other environment.
 */
export function defaultsSource(): Source {
  return {
    name: 'defaults',
    local: true,
    async lookup(settings, { environment }) {
      return new Map(settings.map((setting) => [setting.name, lookUp(setting, environment)]));
    },
  };
}

function lookUp(setting: Setting, environment: string): Lookup {
  const { default: declared, developmentDefault } = setting;
  if (declared !== undefined) return { status: 'found', value: declared, locator: 'default' };
  if (developmentDefault === undefined) return notSet;
  return environment === 'development'
    ? { status: 'found', value: developmentDefault(), locator: 'development default' }
    : developmentOnly;
}

/** One for all: nearly every secret has none. */
const notSet: Absent = Object.freeze({ status: 'absent', reason: 'not-set' });
const developmentOnly: Absent = Object.freeze({ status: 'absent', reason: 'development-only' });
