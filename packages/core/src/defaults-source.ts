import type { Lookup, Source } from './source.js';

/** The name under which defaults stand in provenance. */
export const defaultsSourceName = 'defaults';

/**
 * The defaults that the definition declares: an ordinary source, the last one. A default for development only
 * is absent in every other environment.
 */
export function defaultsSource(): Source {
  return {
    name: defaultsSourceName,
    local: true,
    async lookup(settings, { environment }) {
      return new Map(
        settings.map((setting): [string, Lookup] => {
          const declared =
            environment === 'development' ? (setting.developmentDefault ?? setting.default) : setting.default;
          if (declared !== undefined) {
            const locator = setting.developmentDefault === undefined ? 'default' : 'development default';
            return [setting.name, { status: 'found', value: declared, locator }];
          }
          const reason = setting.developmentDefault === undefined ? 'not-set' : 'development-only';
          return [setting.name, { status: 'absent', reason }];
        }),
      );
    },
  };
}
