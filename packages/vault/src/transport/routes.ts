import type { Problem } from '@strongroom/core';
import { notConfigured, problem } from '../configuration-problem.js';
import { parseAddresses } from './address.js';
import { isProxy, type ProxyOptions, proxyFor } from './http-proxy.js';
import { isNoNamespace, noNamespace } from './namespace.js';
import type { Route } from './transport.js';
import { readLimits, type TransportLimits } from './transport-defaults.js';

/** What says how Vault is reached. */
export interface RouteOptions extends Partial<TransportLimits> {
  readonly address: string | readonly string[];
  readonly proxy?: string | ProxyOptions;
  readonly allowInsecureHttp?: boolean;
  readonly namespace?: string;
  readonly authNamespace?: string;
}

/**
 * Checks the ways to Vault.
 *
 * @throws ConfigurationError with all that cannot work
 */
export function readRoutes(options: RouteOptions): {
  readonly routes: readonly [Route, ...Route[]];
  readonly limits: TransportLimits;
} {
  const read = parseAddresses(options.address, 'address', options.allowInsecureHttp);
  const problems: Problem[] = [...read.problems];
  const routes = read.addresses.map((address): Route => {
    const proxy = proxyFor(address, options.proxy);
    if (proxy === undefined || isProxy(proxy)) return { address, proxy };
    if (!problems.some(({ name }) => name === proxy.name)) problems.push(proxy);
    return { address };
  });
  const { limits, wrong } = readLimits(options);
  for (const [name, hint] of wrong) problems.push(problem(name, 'is not a number that can be gone by', hint));
  for (const name of ['namespace', 'authNamespace'] as const) {
    if (isNoNamespace(options[name] ?? '')) problems.push(noNamespace(name));
  }
  const [first, ...others] = routes;
  if (first === undefined || problems.length > 0) throw notConfigured(problems);
  return { routes: [first, ...others], limits };
}
