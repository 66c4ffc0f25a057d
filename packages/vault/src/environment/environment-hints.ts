import {
  type EnvironmentVariables,
  type Lookup,
  nearMiss,
  type Source,
  SourceError,
  type SourceErrorCode,
} from '@strongroom/core';
import { authVariables } from './environment-auth.js';
import { officialVariable, variable } from './environment-names.js';

/** What may be the reason of a failure, by its code: something is not said, or not said as it was meant. */
export type EnvironmentHints = Partial<Record<SourceErrorCode, string>>;

const assumedAddress =
  'Neither VAULT_ADDR nor VAULT_URL is set, so https://127.0.0.1:8200 was assumed. Set it to where Vault is; ' +
  'a dev server speaks http: VAULT_URL=http://127.0.0.1:8200.';

const addressVariables = ['VAULT_ADDR', 'VAULT_URL', 'VAULT_AGENT_ADDR', 'BAO_ADDR'];
export const tokenVariables = ['VAULT_TOKEN', 'VAULT_TOKEN_FILE', 'BAO_TOKEN', 'BAO_TOKEN_FILE'];

/** Finds out what may be the reason when Vault cannot be reached, or lets nobody in. */
export function environmentHints(
  variables: EnvironmentVariables,
  { addressAssumed, authInCode }: { readonly addressAssumed: boolean; readonly authInCode: boolean },
): EnvironmentHints {
  const hints: EnvironmentHints = {};
  if (addressAssumed) {
    const meant = variable(variables, 'VAULT_ADDRESS')
      ? wasMeant('VAULT_ADDRESS', 'VAULT_ADDR')
      : misspelt(addressVariables, variables);
    hints.SOURCE_UNAVAILABLE = meant === undefined ? assumedAddress : `${meant} ${assumedAddress}`;
  }
  if (!authInCode) {
    const tokenGiven = officialVariable(variables, 'TOKEN') ?? officialVariable(variables, 'TOKEN_FILE');
    const names = tokenGiven === undefined ? [...tokenVariables, ...authVariables] : [];
    const meant = misspelt(names, variables);
    if (meant !== undefined) hints.SOURCE_DENIED = meant;
  }
  return hints;
}

/** A source that says these hints when it fails. They are looked for only then: a good start pays nothing. */
export function withHints(source: Source, find: () => EnvironmentHints): Source {
  return {
    ...source,
    async lookup(settings, context) {
      const answers = await source.lookup(settings, context);
      if (![...answers.values()].some(({ status }) => status === 'failed')) return answers;
      const hints = find();
      return new Map([...answers].map(([name, lookup]) => [name, hinted(lookup, hints)]));
    },
  };
}

function hinted(lookup: Lookup, hints: EnvironmentHints): Lookup {
  const hint = lookup.status === 'failed' ? hints[lookup.error.code] : undefined;
  if (lookup.status !== 'failed' || hint === undefined) return lookup;
  const { code, message, locator, cause } = lookup.error;
  // What a refusal says to do is still to be done, where the address that was only assumed explains it all.
  const whole = code === 'SOURCE_DENIED' ? [hint, lookup.error.hint ?? ''].join(' ').trim() : hint;
  const details = {
    hint: whole,
    ...(locator === undefined ? {} : { locator }),
    ...(cause === undefined ? {} : { cause }),
  };
  return { status: 'failed', error: new SourceError(code, message, details) };
}

/** A variable that is set and of which nobody knows, but whose name is close to one that is not. */
function misspelt(names: readonly string[], variables: EnvironmentVariables): string | undefined {
  const strangers = Object.keys(variables).filter(
    (name) => variable(variables, name) !== undefined && !names.includes(name),
  );
  for (const name of names) {
    const found = variable(variables, name) ? undefined : nearMiss(name, strangers);
    if (found !== undefined) return wasMeant(found, name);
  }
  return undefined;
}

const wasMeant = (found: string, meant: string): string => `${found} is set: was it meant to be ${meant}?`;
