import type { Declarations, Definition, ValuesOf } from '@strongroom/core';

/** Reads the settings of a request (those of its beginning), or of the instance (the current ones). */
export type SettingsReader<T extends Declarations> = (holder: object) => ValuesOf<T>;

/**
 * Makes a function that reads `settings` with the types of a definition, for programs with more than one
 * definition. With one alone, declaring `settings` in FastifyRequest does the same.
 *
 * @example
 * const settingsOf = readerFor(definition);
 * fastify.get('/', async (request) => ({ port: settingsOf(request).PORT }));
 */
export function readerFor<T extends Declarations>(_definition: Definition<T>): SettingsReader<T> {
  // What the plugin put there is of this definition, which Fastify's own types cannot say.
  return (holder) => (holder as { readonly settings: ValuesOf<T> }).settings;
}
