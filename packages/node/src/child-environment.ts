import type { Declarations, Resolver, Setting } from '@strongroom/core';
import { variablesOf } from '@strongroom/core/handover';
import { credentialVariables } from '@strongroom/vault';
import { lastKnownGoodKeyVariables } from './last-known-good.js';
import type { RunOptions } from './run-options.js';

/** The environment of a child: what this process has, the settings, and what was given by hand, the last one first. */
export function childEnvironment<T extends Declarations>(
  resolver: Resolver<T>,
  options: Pick<RunOptions<keyof T & string>, 'only' | 'env' | 'inherit' | 'passCredentials'>,
): NodeJS.ProcessEnv {
  const { only, env, inherit = true, passCredentials = false } = options;
  const variables = variablesOf(resolver, only);
  const inherited: NodeJS.ProcessEnv = inherit ? { ...process.env } : {};
  // Of a definition that is not known, the compiler does not see that its settings are settings.
  const settings = resolver.definition.settings as Readonly<Record<string, Setting>>;
  for (const { kind, name } of Object.values(settings)) {
    if (kind === 'plain' && !Object.hasOwn(variables, name)) continue;
    delete inherited[name];
    // With both, a child that reads as we do would not know which is meant. One that is a setting itself stays.
    if (!Object.hasOwn(settings, `${name}_FILE`)) delete inherited[`${name}_FILE`];
  }
  if (!passCredentials) {
    for (const name of [...credentialVariables, ...lastKnownGoodKeyVariables]) delete inherited[name];
  }
  return { ...inherited, ...variables, ...env };
}
