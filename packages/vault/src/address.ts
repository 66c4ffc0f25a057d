import type { Problem } from '@strongroom/core';
import { problem } from './configuration-problem.js';

/** Where Vault is, checked. */
export interface Address {
  readonly protocol: 'http:' | 'https:';
  /** As a socket wants it: an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** The value of the Host header. */
  readonly host: string;
  /** What stands before `/v1`, without a slash at its end; mostly empty. */
  readonly prefix: string;
  /** The whole, for people and for comparing. It holds no credentials: such an address is refused. */
  readonly text: string;
}

const form = 'Write it as https://vault.example.com:8200';

/**
 * Reads an address of Vault.
 *
 * @param text `http://` or `https://`, host, optionally a port and a path prefix
 * @param name the option or variable that it comes from, for messages
 * @param allowInsecureHttp whether plain HTTP may leave this machine
 * @returns the address, or what is wrong with it. Never a part of the text: a password or a token may be in it.
 */
export function parseAddress(text: string, name: string, allowInsecureHttp = false): Address | Problem {
  // The URL parser would drop line breaks silently, and take a stray space for part of the path.
  if (/[^!-~\u00a1-\u{10ffff}]/u.test(text)) {
    return problem(name, 'holds a space, a line break or a control character', `${form}.`);
  }
  if (/^unix:/i.test(text)) {
    return problem(name, 'is a Unix socket, which is not supported yet', `${form}.`);
  }
  if (!/^https?:\/\//i.test(text)) {
    return problem(name, 'begins with neither https:// nor http://', `${form}.`);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return problem(name, 'is not a valid URL', `${form}.`);
  if (url.username !== '' || url.password !== '') {
    return problem(name, 'holds a user name or a password', `${form}; log in by a token or an auth method.`);
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) {
    return problem(name, 'holds a query or a fragment', `${form}.`);
  }
  const prefix = url.pathname.replace(/\/+$/, '');
  if (prefix.endsWith('/v1')) {
    return problem(name, 'ends with /v1, which is added to it', `${form}, without /v1.`);
  }
  const secure = url.protocol === 'https:';
  if (!secure && !allowInsecureHttp && !isLoopback(url.hostname)) {
    return problem(
      name,
      `sends tokens and secrets to ${url.hostname} over plain http`,
      'Use https, or say in code that you want it: allowInsecureHttp: true.',
    );
  }
  return Object.freeze({
    protocol: secure ? 'https:' : 'http:',
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    host: url.host,
    prefix,
    text: url.origin + prefix,
  });
}

/** Whether what {@link parseAddress} returned is an address. */
export const isAddress = (parsed: Address | Problem): parsed is Address => 'protocol' in parsed;

/** The URL parser has brought every way to write an IPv4 address into the one with four numbers. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
