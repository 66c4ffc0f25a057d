import type { EnvironmentVariables, Problem } from '@strongroom/core';
import { isProxy, type ProxyOptions, parseProxy } from '../transport/http-proxy.js';
import { officialVariable, type Variable, variable } from './environment-names.js';

/**
 * Finds the HTTP proxy: Vault's own variables name one for every address; the usual ones one by scheme, with
 * exceptions. In capitals or not.
 */
export function readEnvironmentProxy(
  variables: EnvironmentVariables,
  problems: Problem[],
): string | ProxyOptions | undefined {
  const own = officialVariable(variables, 'PROXY_ADDR') ?? officialVariable(variables, 'HTTP_PROXY');
  if (own !== undefined) {
    check(own, problems);
    return own.value;
  }
  const usual = (name: string) => variable(variables, name) ?? variable(variables, name.toLowerCase());
  const [https, http, except] = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].map(usual);
  for (const given of [https, http]) if (given !== undefined) check(given, problems);
  if (https === undefined && http === undefined) return undefined;
  return {
    ...(https === undefined ? {} : { https: https.value }),
    ...(http === undefined ? {} : { http: http.value }),
    ...(except === undefined ? {} : { except: except.value }),
  };
}

function check({ name, value }: Variable, problems: Problem[]): void {
  const proxy = parseProxy(value.trim(), name);
  if (!isProxy(proxy)) problems.push(proxy);
}
