import type { Problem } from '@strongroom/core';
import { problem } from '../configuration-problem.js';
import { type Address, isLoopback } from './address.js';

/** Proxies by the scheme of the address that they are for. */
export interface ProxyOptions {
  /** For `https://` addresses: a tunnel, in which the proxy sees nothing. */
  readonly https?: string;
  /** For `http://` addresses: the proxy sees tokens and secrets. */
  readonly http?: string;
  /**
   * What is asked directly: hosts, domains with all below them, IP addresses, `*`; each with a port, if need be,
   * with commas between them. Addresses of this machine always are.
   */
  readonly except?: string;
}

/** A proxy, checked. */
export interface HttpProxy {
  /** Whether it is spoken to over TLS itself. */
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  /** Scheme, host and port, for people: without credentials. */
  readonly text: string;
  /** The credentials for it, as its header field has them; undefined where there are none. */
  readonly authorization: string | undefined;
}

const form = 'Write it as http://proxy.example.com:3128.';

/**
 * Finds the proxy for an address.
 *
 * @param given one proxy for every address, or proxies by scheme with exceptions
 * @returns undefined where there is none; never a part of the text in a problem: it may hold a password
 */
export function proxyFor(
  address: Address,
  given: string | ProxyOptions | undefined,
  name = 'proxy',
): HttpProxy | Problem | undefined {
  if (given === undefined || given === '' || address.socketPath !== undefined) return undefined;
  if (typeof given === 'string') return parseProxy(given, name);
  const text = address.protocol === 'https:' ? given.https : given.http;
  if (text === undefined || text === '' || isExcepted(address, given.except ?? '')) return undefined;
  return parseProxy(text, name);
}

export const isProxy = (proxy: HttpProxy | Problem | undefined): proxy is HttpProxy =>
  proxy !== undefined && 'hostname' in proxy;

/** Reads the address of a proxy. What is wrong with it is told without a part of it. */
export function parseProxy(text: string, name: string): HttpProxy | Problem {
  // The variables are also written without a scheme.
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (/[^!-~]/.test(text) || !URL.canParse(whole)) return problem(name, 'is not a valid URL', form);
  const url = new URL(whole);
  const { protocol, username, password, origin } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    return problem(name, 'is neither an http:// nor an https:// proxy', form);
  }
  const secure = protocol === 'https:';
  const decoded = decode(`${username}:${password}`);
  if (decoded === undefined) return problem(name, 'holds credentials that are not URL-encoded', form);
  const credentials = Buffer.from(decoded).toString('base64');
  return Object.freeze({
    secure,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    text: origin,
    authorization: username === '' && password === '' ? undefined : `Basic ${credentials}`,
  });
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** As curl and Go read NO_PROXY, without ranges of addresses. */
function isExcepted({ hostname, port, host }: Address, except: string): boolean {
  if (isLoopback(host.replace(/:\d+$/, ''))) return true;
  return except.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    // An IPv6 address without brackets has no port: what is behind its last colon belongs to it.
    const pattern = /:.*:/.test(entry) && !entry.startsWith('[') ? /^(.+)$/ : /^(?:\*?\.)?(.*?)(?::(\d+))?$/;
    const [, name = '', entryPort] = pattern.exec(entry.toLowerCase()) ?? [];
    const bare = name.replace(/^\[|\]$/g, '');
    if (bare === '' || (entryPort !== undefined && Number(entryPort) !== port)) return false;
    return hostname === bare || hostname.endsWith(`.${bare}`);
  });
}
