import { type Definition, type EnvironmentVariables, nearMiss } from '@strongroom/core';

/** The variables that name the environment, and what people write who do not know them. */
const spellings = {
  APP_ENV: ['APP_ENVIRONMENT', 'APPLICATION_ENV'],
  NODE_ENV: ['NODE_ENVIRONMENT'],
} as const;

/** A slip of the pen leaves half of a name as it is; to compare every variable is what a start would notice. */
const halves = /app|node|env/i;

/**
 * Says which variable was most likely meant to name the environment, when none does: a production that runs as
 * development by a slip of the pen must not go unnoticed.
 */
export function misspeltEnvironment(
  definition: Definition,
  variables: EnvironmentVariables,
): string | undefined {
  const candidates = Object.keys(variables).filter(
    (name) =>
      halves.test(name) &&
      Boolean(variables[name]) &&
      !Object.hasOwn(definition.settings, name.replace(/_FILE$/, '')),
  );
  for (const [meant, others] of Object.entries(spellings)) {
    const found = others.find((other) => candidates.includes(other)) ?? nearMiss(meant, candidates);
    if (found !== undefined) return `${found} is set: was it meant to be ${meant}?`;
  }
  return undefined;
}
