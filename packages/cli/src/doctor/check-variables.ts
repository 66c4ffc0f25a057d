import { type Definition, type EnvironmentVariables, nearMiss } from '@strongroom/core';
import { readVaultEnvironment } from '@strongroom/vault';
import { type Check, failed, ok, warning } from './check.js';

/** The variables that steer Strongroom, for names that come close to one of them. */
const known = [
  'APP_ENV',
  'USE_VAULT',
  'VAULT_ADDR',
  'VAULT_TOKEN',
  'VAULT_TOKEN_FILE',
  'VAULT_NAMESPACE',
  'VAULT_CACERT',
  'VAULT_SKIP_VERIFY',
  'STRONGROOM_VAULT_MOUNT',
  'STRONGROOM_VAULT_AUTH',
];

/** What the variables say of Vault, and whether some name is nearly one that is meant. */
export function checkVariables(
  variables: EnvironmentVariables,
  definition: Definition | undefined,
  allowInsecureHttp: boolean,
): readonly Check[] {
  const { options, problems, warnings, addressAssumed } = readVaultEnvironment(variables, {
    allowInsecureHttp,
  });
  const wrong = problems.map(({ name, reason, hints }) => failed(`variable ${name}`, reason, ...hints));
  if (wrong.length > 0) return [...wrong, ...misspelt(variables, definition)];
  const address = typeof options.address === 'string' ? options.address : options.address.join(', ');
  const where = addressAssumed
    ? warning(
        'address',
        `${address} is only assumed`,
        'Set VAULT_ADDR, or `address` in strongroom.config.ts.',
      )
    : ok('address', address);
  const tls = warnings.map((text) =>
    warning('tls', text, 'Unset VAULT_SKIP_VERIFY, and name the authority with VAULT_CACERT.'),
  );
  return [where, ...(tls.length > 0 ? tls : [checkTls(address)]), ...misspelt(variables, definition)];
}

function checkTls(address: string): Check {
  if (address.startsWith('https:')) return ok('tls', 'https, and the certificate is verified');
  if (address.startsWith('unix:')) return ok('tls', 'a socket of this machine');
  const { hostname } = new URL(address.split(',', 1)[0] ?? '');
  if (/^(?:localhost|127\.|\[?::1)/.test(hostname))
    return ok('tls', 'http, which does not leave this machine');
  return warning(
    'tls',
    'http: everybody on the way can read every secret',
    'Give Vault a certificate, and use https.',
  );
}

function misspelt(variables: EnvironmentVariables, definition: Definition | undefined): readonly Check[] {
  const set = (name: string) => Boolean(variables[name]) || Boolean(variables[`${name}_FILE`]);
  const settings = Object.keys(definition?.settings ?? {});
  const meant = [...known, ...settings].filter((name) => !set(name));
  const strangers = Object.keys(variables).filter(
    (name) =>
      Boolean(variables[name]) && !known.includes(name) && !settings.includes(name.replace(/_FILE$/, '')),
  );
  return meant.flatMap((name) => {
    const found = nearMiss(name, strangers);
    if (found === undefined) return [];
    return [
      warning(
        `variable ${found}`,
        `is set, and nothing reads it: was it meant to be ${name}?`,
        `Rename it to ${name}, if so.`,
      ),
    ];
  });
}
