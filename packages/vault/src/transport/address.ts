import type { Problem } from '@strongroom/core';
import { problem } from '../configuration-problem.js';

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
  /** The Unix socket, where that is the address: what listens there is a Vault Agent or Proxy. */
  readonly socketPath?: string;
}

const form = 'Write it as https://vault.example.com:8200';

/**
 * Reads an address of Vault.
 *
 * @param text `http://` or `https://`, host, optionally a port and a path prefix; or `unix://` and a socket's path
 * @param name the option or variable that it comes from, for messages
 * @param allowInsecureHttp whether plain HTTP may leave this machine
 * @returns the address, or what is wrong with it. Never a part of the text: a password or a token may be in it.
 */
export function parseAddress(text: string, name: string, allowInsecureHttp = false): Address | Problem {
  // The URL parser would drop line breaks silently, and take a stray space for part of the path.
  if (/[\0- \x7f-\xa0]/.test(text)) {
    return problem(name, 'holds a space, a line break or a control character', `${form}.`);
  }
  if (/^unix:/i.test(text)) return parseSocket(text, name);
  if (!/^https?:\/\//i.test(text)) {
    return problem(name, 'begins with neither https://, http:// nor unix://', `${form}.`);
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

/**
 * Reads one address of Vault or several of one cluster.
 *
 * @param given each one address, or several with commas between them
 * @returns the addresses in their order, none twice, and what is wrong with the others
 */
export function parseAddresses(
  given: string | readonly string[],
  name: string,
  allowInsecureHttp = false,
): { readonly addresses: readonly Address[]; readonly problems: readonly Problem[] } {
  if (![given].flat().every((text) => typeof text === 'string')) {
    return { addresses: [], problems: [problem(name, 'is not given as text', `${form}.`)] };
  }
  const texts = [given].flat().flatMap((text) => text.split(',').map((part) => part.trim()));
  const parsed = texts
    .filter((text) => text !== '' || texts.length === 1)
    .map((text) => parseAddress(text, name, allowInsecureHttp));
  const addresses = new Map(parsed.filter(isAddress).map((address) => [address.text, address]));
  const problems = parsed.filter((each): each is Problem => !isAddress(each));
  if (parsed.length === 0) problems.push(problem(name, 'holds no address', `${form}.`));
  return { addresses: [...addresses.values()], problems };
}

/** Whether what {@link parseAddress} returned is an address. */
export const isAddress = (parsed: Address | Problem): parsed is Address => 'protocol' in parsed;

/** The URL parser has brought every way to write an IPv4 address into the one with four numbers. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/** The longest path that every system takes for a socket. */
const maxSocketPath = 103;

function parseSocket(text: string, name: string): Address | Problem {
  const socketPath = /^unix:\/\/(\/.+)$/i.exec(text)?.[1];
  const write = 'Write it as unix:///run/vault/agent.sock.';
  if (socketPath === undefined) return problem(name, 'is no path of a Unix socket', write);
  if (Buffer.byteLength(socketPath) > maxSocketPath) {
    return problem(name, `is a longer path than a Unix socket can have (${maxSocketPath} bytes)`, write);
  }
  return Object.freeze({
    protocol: 'http:',
    hostname: 'localhost',
    port: 0,
    host: 'localhost',
    prefix: '',
    text: `unix://${socketPath}`,
    socketPath,
  });
}
