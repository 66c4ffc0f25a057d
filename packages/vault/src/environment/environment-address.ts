import type { EnvironmentVariables, Problem } from '@strongroom/core';
import { problem } from '../configuration-problem.js';
import { parseAddresses } from '../transport/address.js';
import { officialVariable, type Variable, variable } from './environment-names.js';

/** Where the environment says that Vault is. */
export interface EnvironmentAddress {
  /** Of several addresses the first. */
  readonly address: string;
  /** All of them. */
  readonly addresses: readonly string[];
  /** Whether an Agent or a Proxy is there, which adds a token by itself. */
  readonly agent: boolean;
  /** Whether no variable says where, so that this is where the official client looks. */
  readonly assumed: boolean;
  /** Whether the variable is OpenBao's. */
  readonly bao: boolean;
}

/** Where the official client looks when nothing says where Vault is. */
const defaultAddress = 'https://127.0.0.1:8200';

/** Finds out where Vault is. Each variable may hold several addresses, with commas between them. */
export function readEnvironmentAddress(
  variables: EnvironmentVariables,
  allowInsecureHttp: boolean,
  problems: Problem[],
): EnvironmentAddress {
  const agent = officialVariable(variables, 'AGENT_ADDR');
  const addr = officialVariable(variables, 'ADDR');
  const url = variable(variables, 'VAULT_URL');
  const parse = ({ name, value }: Variable) => {
    const read = parseAddresses(value.trim(), name, allowInsecureHttp);
    problems.push(...read.problems);
    return read.problems.length > 0 ? undefined : read.addresses;
  };
  const [fromAgent, fromAddr, fromUrl] = [agent, addr, url].map((given) => given && parse(given));
  const texts = (addresses: typeof fromAddr) => (addresses ?? []).map(({ text }) => text);
  const differ = texts(fromAddr).join() !== texts(fromUrl).join();
  if (addr !== undefined && fromAddr !== undefined && fromUrl !== undefined && differ) {
    problems.push(
      problem(addr.name, 'VAULT_URL is set too, to another address', `Unset ${addr.name} or VAULT_URL.`),
    );
  }
  const chosen = agent ?? addr ?? url;
  const addresses = fromAgent ?? fromAddr ?? fromUrl ?? [];
  const [address = defaultAddress, ...others] = texts(addresses);
  return {
    address,
    addresses: [address, ...others],
    // Only they listen at Unix sockets.
    agent: agent !== undefined || addresses[0]?.socketPath !== undefined,
    assumed: chosen === undefined,
    bao: chosen?.name.startsWith('BAO_') === true,
  };
}
