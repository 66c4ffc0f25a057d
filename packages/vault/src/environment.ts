import type { EnvironmentVariables, Problem, Source } from '@strongroom/core';
import { isAddress, parseAddress } from './address.js';
import { notConfigured, problem } from './configuration-problem.js';
import { parseDuration } from './duration.js';
import { officialVariable, type Variable, variable } from './environment-names.js';
import { readEnvironmentTls } from './environment-tls.js';
import { readEnvironmentToken } from './environment-token.js';
import { encodePath } from './kv-path.js';
import type { KvPlacement } from './placement.js';
import { type VaultBehaviour, type VaultOptions, vaultSource } from './vault.js';

/** What of a Vault source is said in code, beside the environment variables. It wins over them. */
export interface VaultSourceOptions extends VaultBehaviour, KvPlacement {}

/** What the environment variables say of Vault. */
export interface VaultEnvironment {
  /** For `createVault` and `vaultSource`. Complete only when there are no problems. */
  readonly options: VaultOptions & KvPlacement;
  /** All that is wrong with the variables. */
  readonly problems: readonly Problem[];
  /** What is allowed, but should not be. */
  readonly warnings: readonly string[];
}

/** Where the official client looks when nothing says where Vault is. */
const defaultAddress = 'https://127.0.0.1:8200';

/**
 * Reads from environment variables where Vault is and how to get in. Nothing is contacted and no file is read.
 *
 * @param variables read only. @default process.env
 */
export function readVaultEnvironment(
  variables: EnvironmentVariables = process.env,
  { allowInsecureHttp = false }: { readonly allowInsecureHttp?: boolean } = {},
): VaultEnvironment {
  const problems: Problem[] = [];
  const official = (name: string) => officialVariable(variables, name);
  const { address, agent, bao } = readAddress(variables, allowInsecureHttp, problems);
  const tls = readEnvironmentTls(variables, problems);
  const token = readEnvironmentToken(variables, { address, agent, bao }, problems);
  const requestTimeoutMs = readTimeout(official('CLIENT_TIMEOUT'), problems);
  const retries = readRetries(official('MAX_RETRIES'), problems);
  const namespace = official('NAMESPACE')?.value;
  const mount = readMount(variable(variables, 'STRONGROOM_VAULT_MOUNT'), problems);
  return {
    options: {
      address,
      tls,
      token,
      allowInsecureHttp,
      ...(namespace === undefined ? {} : { namespace }),
      ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
      ...(retries === undefined ? {} : { retries }),
      ...(mount === undefined ? {} : { mount }),
    },
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
  const read = readVaultEnvironment(variables, options);
  if (read.problems.length > 0) throw notConfigured(read.problems);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return vaultSource({ ...read.options, ...Object.fromEntries(given) });
}

export interface EnvironmentAddress {
  readonly address: string;
  /** Whether an Agent or a Proxy is there, which adds a token by itself. */
  readonly agent: boolean;
  /** Whether the variable is OpenBao's. */
  readonly bao: boolean;
}

function readAddress(
  variables: EnvironmentVariables,
  allowInsecureHttp: boolean,
  problems: Problem[],
): EnvironmentAddress {
  const agent = officialVariable(variables, 'AGENT_ADDR');
  const addr = officialVariable(variables, 'ADDR');
  const url = variable(variables, 'VAULT_URL');
  const parse = ({ name, value }: Variable) => {
    const parsed = parseAddress(value.trim(), name, allowInsecureHttp);
    if (isAddress(parsed)) return parsed.text;
    problems.push(parsed);
    return undefined;
  };
  const [fromAgent, fromAddr, fromUrl] = [agent, addr, url].map((given) => given && parse(given));
  if (addr !== undefined && fromAddr !== undefined && fromUrl !== undefined && fromAddr !== fromUrl) {
    problems.push(
      problem(
        addr.name,
        'and VAULT_URL are both set, to different addresses',
        `Unset ${addr.name} or VAULT_URL.`,
      ),
    );
  }
  const chosen = agent ?? addr ?? url;
  return {
    address: fromAgent ?? fromAddr ?? fromUrl ?? defaultAddress,
    agent: agent !== undefined,
    bao: chosen?.name.startsWith('BAO_') === true,
  };
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
