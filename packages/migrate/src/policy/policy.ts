import { checkOptions, type OptionNames } from '@strongroom/core';
import { grantsFor, type PolicyOptions } from './policy-grants.js';

export const policyNames: OptionNames<PolicyOptions> = {
  definition: true,
  environment: true,
  mount: true,
  layout: true,
  kvVersion: true,
  purpose: true,
  marker: true,
  places: true,
};

/**
 * The least policy, in Vault's HCL: one rule for each path, by its name and without a wildcard. What a token needs to
 * look after itself (looking up, renewing) is in Vault's policy `default`.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for an environment that there is not, and for a path that a policy would
 * take for a pattern
 */
export function leastPolicy(options: PolicyOptions): string {
  checkOptions('leastPolicy()', options, policyNames);
  return policyText('leastPolicy()', options);
}

export function policyText(owner: string, options: PolicyOptions): string {
  const { definition, environment, purpose = 'run' } = options;
  const what = purpose === 'run' ? 'reads' : 'needs while its settings are migrated';
  const rules = grantsFor(owner, options).map(({ path, capabilities }) => {
    const list = capabilities.map((name) => JSON.stringify(name)).join(', ');
    return `path ${JSON.stringify(path)} {\n  capabilities = [${list}]\n}\n`;
  });
  return [`# What ${definition.application} ${what} in ${environment}, and nothing else.\n`, ...rules].join(
    '\n',
  );
}
