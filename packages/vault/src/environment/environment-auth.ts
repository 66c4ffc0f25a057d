import type { EnvironmentVariables, Problem } from '@strongroom/core';
import { appRole } from '../auth/app-role.js';
import type { AuthMethod } from '../auth/auth-method.js';
import { aws } from '../auth/aws.js';
import { certificate } from '../auth/certificate.js';
import type { Credential } from '../auth/credential.js';
import { jwt } from '../auth/jwt.js';
import { kubernetes } from '../auth/kubernetes.js';
import { userpass } from '../auth/userpass.js';
import { problem } from '../configuration-problem.js';
import { encodePath } from '../kv/kv-path.js';
import { officialVariable, variable } from './environment-names.js';

const prefix = 'STRONGROOM_VAULT_';
const chooser = `${prefix}AUTH`;

/** The variables of each auth method, without their prefix; each may end in `_FILE`. */
const methods = {
  approle: ['ROLE_ID', 'SECRET_ID', 'WRAPPED_SECRET_ID'],
  kubernetes: ['KUBERNETES_ROLE', 'KUBERNETES_TOKEN'],
  jwt: ['JWT', 'JWT_ROLE'],
  userpass: ['USERNAME', 'PASSWORD'],
  cert: ['CERT_ROLE'],
  aws: ['AWS_ROLE', 'AWS_REGION', 'AWS_SERVER_ID'],
} as const satisfies Record<string, readonly string[]>;

/** All variables that say how to log in. */
export const authVariables: readonly string[] = [
  chooser,
  ...Object.values(methods)
    .flat()
    .flatMap((name) => [`${prefix}${name}`, `${prefix}${name}_FILE`]),
];

type MethodName = keyof typeof methods;
const methodNames = Object.keys(methods) as readonly MethodName[];

/**
 * Finds out which auth method is to be used.
 *
 * @returns undefined for a token: it was chosen, or it is there, or no method has its variables set
 */
export function readEnvironmentAuth(
  variables: EnvironmentVariables,
  problems: Problem[],
): AuthMethod | undefined {
  const name = chooseMethod(variables, problems);
  if (name === undefined) return undefined;
  const known = problems.length;
  const method = make(name, variables, problems);
  return problems.length > known ? undefined : method;
}

function chooseMethod(variables: EnvironmentVariables, problems: Problem[]): MethodName | undefined {
  const chosen = variable(variables, chooser)?.value.trim().toLowerCase();
  if (chosen === 'token') return undefined;
  if (chosen !== undefined) {
    const known = methodNames.find((name) => name === chosen);
    if (known === undefined) {
      const hint = `Write token, ${methodNames.join(', ').replace(/, (\w+)$/, ' or $1')}.`;
      problems.push(problem(chooser, 'names no auth method', hint));
    }
    return known;
  }
  if (officialVariable(variables, 'TOKEN') || officialVariable(variables, 'TOKEN_FILE')) return undefined;
  const set = methodNames.flatMap((method) => {
    const first = methods[method]
      .flatMap((name) => [`${prefix}${name}`, `${prefix}${name}_FILE`])
      .find((name) => variable(variables, name));
    return first === undefined ? [] : [{ method, first }];
  });
  const [one, two] = set;
  if (one !== undefined && two !== undefined) {
    const hint = `Set ${chooser} to ${one.method} or ${two.method}, or unset ${one.first} or ${two.first}.`;
    const reason = `${two.first} is set too: they are of two auth methods, ${one.method} and ${two.method}`;
    problems.push(problem(one.first, reason, hint));
    return undefined;
  }
  return one?.method;
}

function make(name: MethodName, variables: EnvironmentVariables, problems: Problem[]): AuthMethod {
  const optional = (of: string) => credentialOf(`${prefix}${of}`, variables, problems);
  const needed = (of: string): Credential => {
    const credential = optional(of);
    if (credential === undefined) {
      const whole = `${prefix}${of}`;
      const reason = `is not set, but the auth method ${name} needs it`;
      problems.push(problem(whole, reason, `Set ${whole} or ${whole}_FILE.`));
    }
    return credential ?? '';
  };
  const mount = readAuthMount(variables, problems);
  switch (name) {
    case 'approle': {
      const [roleId, secretId] = [needed('ROLE_ID'), optional('SECRET_ID')];
      const wrappedSecretId = optional('WRAPPED_SECRET_ID');
      if (secretId !== undefined && wrappedSecretId !== undefined) {
        const [plain, wrapped] = [`${prefix}SECRET_ID`, `${prefix}WRAPPED_SECRET_ID`];
        problems.push(problem(plain, `${wrapped} is set too`, `Unset ${plain} or ${wrapped}.`));
      }
      return appRole({ ...mount, roleId, ...given({ secretId, wrappedSecretId }) });
    }
    case 'kubernetes':
      return kubernetes({
        ...mount,
        role: needed('KUBERNETES_ROLE'),
        ...given({ jwt: optional('KUBERNETES_TOKEN') }),
      });
    case 'jwt':
      return jwt({ ...mount, jwt: needed('JWT'), ...given({ role: optional('JWT_ROLE') }) });
    case 'userpass':
      return userpass({ ...mount, username: needed('USERNAME'), password: needed('PASSWORD') });
    case 'cert':
      if (officialVariable(variables, 'CLIENT_CERT') === undefined) {
        const reason = 'is not set, but the auth method cert needs it';
        problems.push(problem('VAULT_CLIENT_CERT', reason, 'Set VAULT_CLIENT_CERT and VAULT_CLIENT_KEY.'));
      }
      return certificate({ ...mount, ...given({ role: optional('CERT_ROLE') }) });
    case 'aws': {
      const region = optional('AWS_REGION') ?? variable(variables, 'AWS_REGION')?.value;
      return aws({
        ...mount,
        region: region ?? variable(variables, 'AWS_DEFAULT_REGION')?.value ?? 'us-east-1',
        ...given({ role: optional('AWS_ROLE'), serverId: optional('AWS_SERVER_ID') }),
        credentials: () => ({
          accessKeyId: variable(variables, 'AWS_ACCESS_KEY_ID')?.value ?? '',
          secretAccessKey: variable(variables, 'AWS_SECRET_ACCESS_KEY')?.value ?? '',
          sessionToken: variable(variables, 'AWS_SESSION_TOKEN')?.value,
        }),
      });
    }
  }
}

/** A variable, or the file that `<name>_FILE` names; it is read at each login. */
function credentialOf(
  name: string,
  variables: EnvironmentVariables,
  problems: Problem[],
): Credential | undefined {
  const text = variable(variables, name);
  const file = variable(variables, `${name}_FILE`);
  if (text !== undefined && file !== undefined) {
    problems.push(problem(name, `${file.name} is set too`, `Unset ${name} or ${file.name}.`));
  }
  return text?.value ?? (file && { file: file.value });
}

function readAuthMount(variables: EnvironmentVariables, problems: Problem[]): { readonly mount?: string } {
  const given = variable(variables, `${chooser}_MOUNT`);
  if (given === undefined) return {};
  const mount = given.value.trim().replace(/^(?:auth\/)?\/*|\/+$/g, '');
  try {
    encodePath(given.name, mount);
    return { mount };
  } catch {
    problems.push(
      problem(given.name, 'cannot be the path of a mount', 'Write it as approle or team/approle.'),
    );
    return {};
  }
}

/** Options that are given, without those that are undefined. */
const given = <T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
