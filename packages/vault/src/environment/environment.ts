import { type EnvironmentVariables, type Problem, parseBoolean, type Source } from '@strongroom/core';
import type { AuthMethod } from '../auth/auth-method.js';
import { checkOptions, notBoolean, notConfigured, problem } from '../configuration-problem.js';
import { parseDuration } from '../duration.js';
import { encodePath } from '../kv/kv-path.js';
import { vaultSourceNames } from '../option-names.js';
import type { KvPlacement } from '../source/placement.js';
import { isNoNamespace, noNamespace } from '../transport/namespace.js';
import { type VaultBehaviour, type VaultOptions, vaultSource } from '../vault.js';
import { readEnvironmentAddress } from './environment-address.js';
import { readEnvironmentAuth } from './environment-auth.js';
import { environmentHints, withHints } from './environment-hints.js';
import { officialVariable, type Variable, variable } from './environment-names.js';
import { readEnvironmentProxy } from './environment-proxy.js';
import { readEnvironmentTls } from './environment-tls.js';
import { readEnvironmentToken } from './environment-token.js';

/** What of a Vault source is said in code, beside the environment variables. It wins over them. */
export interface VaultSourceOptions extends VaultBehaviour, KvPlacement {
  /** How to log in, instead of what the variables say of tokens and auth methods. */
  readonly auth?: AuthMethod;
}

/** What the environment variables say of Vault. */
export interface VaultEnvironment {
  /** For `createVault` and `vaultSource`. Complete only when there are no problems. */
  readonly options: VaultOptions & KvPlacement;
  /** Whether no variable says where Vault is, so that `https://127.0.0.1:8200` is only assumed. */
  readonly addressAssumed: boolean;
  /** All that is wrong with the variables. */
  readonly problems: readonly Problem[];
  /** What is allowed, but should not be. */
  readonly warnings: readonly string[];
}

/**
 * Reads from environment variables where Vault is and how to get in. Nothing is contacted and no file is read.
 *
 * @param variables read only. @default process.env
 */
export function readVaultEnvironment(
  variables: EnvironmentVariables = process.env,
  options: { readonly allowInsecureHttp?: boolean } = {},
): VaultEnvironment {
  checkOptions('readVaultEnvironment()', options, { allowInsecureHttp: true });
  const { allowInsecureHttp = false } = options;
  const problems: Problem[] = [...notBoolean('allowInsecureHttp', options.allowInsecureHttp)];
  const official = (name: string) => officialVariable(variables, name);
  const where = readEnvironmentAddress(variables, allowInsecureHttp, problems);
  const tls = readEnvironmentTls(variables, problems);
  const auth = readEnvironmentAuth(variables, problems);
  const token = readEnvironmentToken(variables, where, problems);
  const proxy = readEnvironmentProxy(variables, problems);
  const requestTimeoutMs = readTimeout(official('CLIENT_TIMEOUT'), problems);
  const retries = readRetries(official('MAX_RETRIES'), problems);
  const namespace = readNamespace(official('NAMESPACE'), problems);
  const authNamespace = readNamespace(variable(variables, 'STRONGROOM_VAULT_AUTH_NAMESPACE'), problems);
  const mount = readMount(variable(variables, 'STRONGROOM_VAULT_MOUNT'), problems);
  const marker = readMarker(variable(variables, 'STRONGROOM_VAULT_MARKER'), problems);
  return {
    options: {
      address: where.addresses.length === 1 ? where.address : where.addresses,
      tls,
      ...(auth === undefined ? { token } : { auth }),
      allowInsecureHttp,
      ...(namespace === undefined ? {} : { namespace }),
      ...(authNamespace === undefined ? {} : { authNamespace }),
      ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
      ...(retries === undefined ? {} : { retries }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(mount === undefined ? {} : { mount }),
      ...(marker === undefined ? {} : { marker }),
    },
    addressAssumed: where.assumed,
    problems,
    warnings: tls.skipVerify === true ? ['the certificate of Vault is not verified'] : [],
  };
}

/**
 * A Vault source that is wired by environment variables. Nothing is contacted before the first lookup, and
 * closing the source closes everything.
 *
 * @param variables @default process.env
 * @param options what is said in code; it wins over the variables
 * @throws ConfigurationError with all that is wrong with the variables and the options
 * @example
 * const resolver = createResolver(definition, {
 *   environment: 'production',
 *   sources: [environmentSource(), vaultFromEnvironment()],
 * });
 */
export function vaultFromEnvironment(
  variables: EnvironmentVariables = process.env,
  options: VaultSourceOptions = {},
): Source {
  checkOptions('vaultFromEnvironment()', options, vaultSourceNames);
  const read = readVaultEnvironment(variables, { allowInsecureHttp: options.allowInsecureHttp === true });
  if (read.problems.length > 0) throw notConfigured(read.problems);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const { token, ...others } = read.options;
  const ways = options.auth === undefined && token !== undefined ? { token } : {};
  const source = vaultSource({ ...others, ...ways, ...Object.fromEntries(given) });
  const said = { addressAssumed: read.addressAssumed, authInCode: options.auth !== undefined };
  return withHints(source, () => environmentHints(variables, said));
}

function readTimeout(given: Variable | undefined, problems: Problem[]): number | undefined {
  if (given === undefined) return undefined;
  const timeout = parseDuration(given.value);
  if (timeout !== undefined && timeout >= 1) return timeout;
  problems.push(problem(given.name, 'is no duration', 'Write seconds (30) or a duration (1m30s, 500ms).'));
  return undefined;
}

function readRetries(given: Variable | undefined, problems: Problem[]): number | undefined {
  if (given === undefined) return undefined;
  if (/^\d{1,3}$/.test(given.value.trim())) return Number(given.value);
  problems.push(problem(given.name, 'is no number of retries', 'Write a whole number; 0 turns retries off.'));
  return undefined;
}

function readMarker(given: Variable | undefined, problems: Problem[]): boolean | undefined {
  if (given === undefined) return undefined;
  const marker = parseBoolean(given.value);
  if (marker === undefined) {
    problems.push(problem(given.name, 'is not a boolean', 'Write true or false (1/0, yes/no).'));
  }
  return marker;
}

function readNamespace(given: Variable | undefined, problems: Problem[]): string | undefined {
  if (given !== undefined && isNoNamespace(given.value)) problems.push(noNamespace(given.name));
  return given?.value;
}

function readMount(given: Variable | undefined, problems: Problem[]): string | undefined {
  if (given === undefined) return undefined;
  const mount = given.value.trim().replace(/^\/+|\/+$/g, '');
  try {
    encodePath(given.name, mount);
    return mount;
  } catch {
    problems.push(problem(given.name, 'cannot be the path of a mount', 'Write it as secret or team/secret.'));
    return undefined;
  }
}
