import {
  chosenNames,
  type Declarations,
  type EnvironmentVariables,
  type OptionNames,
  type Resolver,
  type Setting,
} from '@strongroom/core';
import { variablesOf, withoutVariablesOf } from '@strongroom/core/handover';
import { credentialVariables } from '@strongroom/vault';
import { lastKnownGoodKeyVariables } from './last-known-good.js';

/** What another program finds in its environment. */
export interface ChildEnvironmentOptions<N extends string = string> {
  /**
   * The settings that the child gets in its environment. The secrets of the definition that are not among them are
   * taken out of what it inherits. @default all
   */
  readonly only?: readonly N[];
  /** Further variables, which go before the settings; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether the child inherits the variables of this process; or those that it inherits instead. @default true */
  readonly inherit?: boolean | EnvironmentVariables;
  /**
   * Whether the child inherits the variables with which this process logs in to Vault, and the key of the
   * last-known-good file. @default false
   */
  readonly passCredentials?: boolean;
}

export const childEnvironmentOptions: OptionNames<ChildEnvironmentOptions> = {
  only: true,
  env: true,
  inherit: true,
  passCredentials: true,
};

/** The environment of a child: what it inherits, the settings, and what was given by hand, the last one first. */
export function childEnvironment<T extends Declarations>(
  caller: 'run()' | 'childEnvironment()',
  resolver: Resolver<T>,
  options: ChildEnvironmentOptions<keyof T & string>,
): Record<string, string> {
  const { only, env, inherit = true, passCredentials = false } = options;
  // Before `variablesOf` does it in its own name, which nobody has called.
  chosenNames(caller, resolver.definition.settings, only);
  const variables = variablesOf(resolver, only);
  // Of a definition that is not known, the compiler does not see that its settings are settings.
  const settings = resolver.definition.settings as Readonly<Record<string, Setting>>;
  // With `NAME_FILE` beside `NAME`, a child that reads as we do would not know which is meant.
  const ours = Object.values(settings).filter(
    ({ kind, name }) => kind === 'secret' || Object.hasOwn(variables, name),
  );
  const inherited = withoutVariablesOf(
    inherit === true ? process.env : inherit === false ? {} : inherit,
    settings,
    ours.map(({ name }) => name),
  );
  if (!passCredentials) {
    for (const name of [...credentialVariables, ...lastKnownGoodKeyVariables]) delete inherited[name];
  }
  return onlySet({ ...inherited, ...variables, ...env });
}

const onlySet = (variables: EnvironmentVariables): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
