import { type EnvironmentVariables, type Problem, parseBoolean } from '@strongroom/core';
import { problem } from '../configuration-problem.js';
import type { TlsOptions } from '../transport/tls.js';
import { officialVariable } from './environment-names.js';

/** Reads from environment variables how the connection is secured. The files are read when it is made. */
export function readEnvironmentTls(variables: EnvironmentVariables, problems: Problem[]): TlsOptions {
  const official = (name: string) => officialVariable(variables, name);
  const cert = official('CLIENT_CERT');
  const key = official('CLIENT_KEY');
  if ((cert === undefined) !== (key === undefined)) {
    const [there, other] = cert === undefined ? [key, 'CLIENT_KEY'] : [cert, 'CLIENT_CERT'];
    const missing = (there?.name ?? '').replace(other, other === 'CLIENT_KEY' ? 'CLIENT_CERT' : 'CLIENT_KEY');
    problems.push(
      problem(
        missing,
        `is not set, but ${there?.name} is`,
        `Set both ${missing} and ${there?.name}, or neither.`,
      ),
    );
  }
  const skip = official('SKIP_VERIFY');
  const skipVerify = skip === undefined ? false : parseBoolean(skip.value);
  if (skip !== undefined && skipVerify === undefined) {
    problems.push(problem(skip.name, 'is not a boolean', `Set ${skip.name} to true or false, or unset it.`));
  }
  // The first of the three that is set names the authorities.
  const authorities = official('CACERT')
    ? { caFile: official('CACERT')?.value }
    : official('CACERT_BYTES')
      ? { ca: official('CACERT_BYTES')?.value }
      : { caFolder: official('CAPATH')?.value };
  const given = {
    ...authorities,
    certFile: cert?.value,
    keyFile: key?.value,
    serverName: official('TLS_SERVER_NAME')?.value,
    skipVerify: skipVerify === true ? true : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
