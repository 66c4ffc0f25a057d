import type { EnvironmentVariables, Problem } from '@strongroom/core';
import { noToken, type TokenFile, type TokenReader } from '../auth/token.js';
import { TokenFiles } from '../auth/token-file.js';
import { problem } from '../configuration-problem.js';
import type { EnvironmentAddress } from './environment-address.js';
import { officialVariable, variable } from './environment-names.js';

/** Finds out where the token comes from. No file is read before the first request. */
export function readEnvironmentToken(
  variables: EnvironmentVariables,
  { agent, bao }: EnvironmentAddress,
  problems: Problem[],
): string | TokenFiles | TokenReader {
  const token = officialVariable(variables, 'TOKEN');
  const file = officialVariable(variables, 'TOKEN_FILE');
  if (token !== undefined && file !== undefined) {
    problems.push(problem(token.name, `${file.name} is set too`, `Unset ${token.name} or ${file.name}.`));
  }
  if (token !== undefined) return token.value;
  if (file !== undefined) return new TokenFiles([{ path: file.value, required: true }]);
  // Whoever logs in by an Agent means its token, not one that a person left behind.
  if (agent) return noToken;
  return new TokenFiles(helperFiles(variables, bao));
}

/** The files in which `vault login` and `bao login` leave a token; that of the server that is asked comes first. */
function helperFiles(variables: EnvironmentVariables, bao: boolean): readonly TokenFile[] {
  const named = variable(variables, 'BAO_TOKEN_PATH');
  const home = variable(variables, 'HOME') ?? variable(variables, 'USERPROFILE');
  const inHome =
    home === undefined ? [] : bao ? ['.bao-token', '.vault-token'] : ['.vault-token', '.bao-token'];
  return [
    ...(named === undefined ? [] : [{ path: named.value, required: true }]),
    ...inHome.map((name) => ({ path: `${home?.value}/${name}`, required: false })),
  ];
}
