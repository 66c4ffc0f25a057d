import { checkOptions } from '@strongroom/core';
import { policyNames, policyText } from './policy.js';
import type { PolicyOptions } from './policy-grants.js';

export interface RoleOptions extends PolicyOptions {
  /** How the application logs in. */
  readonly method: 'approle' | 'kubernetes';
  /** Of the policy and of the role. @default the application and the environment, with a hyphen between them */
  readonly name?: string;
  /** Where the auth method is mounted. @default its own name */
  readonly authMount?: string;
  /** Kubernetes only: the service account that may log in. @default the application */
  readonly serviceAccount?: string;
  /** Kubernetes only: the namespace of the service account. @default 'default' */
  readonly serviceAccountNamespace?: string;
}

/**
 * The shell commands that make a role with the least policy: what an administrator runs, or reads first. They hold no
 * secret; the one of AppRole that makes a secret id prints a token that gives it out once.
 *
 * @throws StrongroomError as {@link leastPolicy} does
 */
export function roleCommands(options: RoleOptions): readonly string[] {
  checkOptions('roleCommands()', options, {
    ...policyNames,
    method: true,
    name: true,
    authMount: true,
    serviceAccount: true,
    serviceAccountNamespace: true,
  });
  const { method, definition, environment, ...given } = options;
  const { name = `${definition.application}-${environment}`, authMount = method } = given;
  const policy = policyText('roleCommands()', options);
  const role = `auth/${authMount}/role/${name}`;
  const life = ['token_ttl=1h', 'token_max_ttl=24h'];
  const writePolicy = `vault policy write ${word(name)} - <<'POLICY'\n${policy}POLICY`;
  if (method === 'kubernetes') {
    const { serviceAccount = definition.application, serviceAccountNamespace = 'default' } = given;
    const bound = [
      `bound_service_account_names=${serviceAccount}`,
      `bound_service_account_namespaces=${serviceAccountNamespace}`,
    ];
    return [writePolicy, command('vault', 'write', role, ...bound, `token_policies=${name}`, ...life)];
  }
  return [
    writePolicy,
    command('vault', 'write', role, `token_policies=${name}`, ...life, 'secret_id_ttl=720h'),
    command('vault', 'read', '-field=role_id', `${role}/role-id`),
    command('vault', 'write', '-wrap-ttl=120s', '-force', `${role}/secret-id`),
  ];
}

const command = (...words: readonly string[]): string => words.map(word).join(' ');

/** As a shell takes it. */
const word = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
