import type { SourceErrorCode } from '@strongroom/core';
import { type SystemFault, VaultError } from '../vault-error.js';
import { withNote } from './failure-note.js';

/** How far a request had come when its connection failed. */
export interface FaultMoment {
  readonly address: string;
  readonly path: string;
  /** The answer had begun. */
  readonly answered: boolean;
  /** The connection was made, so that the request may have reached Vault. */
  readonly connected: boolean;
  /** The connection came from the pool, where the other side may have closed it a moment ago. */
  readonly reused: boolean;
}

interface Reading {
  readonly code: SourceErrorCode;
  /** What happened, after "Vault at <address>". */
  readonly what: string;
  readonly hint: string;
  readonly repeatable: boolean;
}

const running = 'Check that Vault is running, and that the address and the port are right.';

/** What a failed connection means, by the error code of Node.js. Its message is not kept: it may quote anything. */
export function networkFault(error: unknown, moment: FaultMoment): VaultError {
  const { address, path, answered } = moment;
  const fault = systemFault(error);
  const { code, what, hint, repeatable } =
    answered && !fault.code.startsWith('HTTP_') ? cutAnswer : read(fault.code);
  const failure = new VaultError(code, `Vault at ${address} ${what}`, {
    address,
    path,
    hint,
    repeatable,
    cause: fault,
  });
  const stale = !answered && moment.reused && repeatable;
  return stale || !moment.connected ? withNote(failure, { stale, unsent: !moment.connected }) : failure;
}

function read(code: string): Reading {
  const unavailable = (what: string, hint: string, repeatable = true): Reading => ({
    code: 'SOURCE_UNAVAILABLE',
    what,
    hint,
    repeatable,
  });
  if (code.startsWith('HTTP_')) return notHttp(code);
  if (certificateCodes.test(code)) {
    return unavailable(
      `shows a certificate that is not accepted (${code})`,
      'Name the authority that signed it (VAULT_CACERT), and check the name in the address (VAULT_TLS_SERVER_NAME) and the dates.',
      false,
    );
  }
  if (code.startsWith('ERR_OSSL_')) {
    return unavailable(
      `cannot be asked with these TLS options (${code})`,
      'Check that the authorities, the client certificate and its key are PEM, and that certificate and key match.',
      false,
    );
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return unavailable(
      `does not speak TLS as asked (${code})`,
      'Check whether it listens for http rather than https, and that it offers TLS 1.2 or later.',
      false,
    );
  }
  switch (code) {
    case 'ECONNREFUSED':
      return unavailable('refuses the connection', running);
    case 'ECONNRESET':
    case 'EPIPE':
      return unavailable('closed the connection without an answer', running);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unavailable(
        `cannot be found: its name does not resolve (${code})`,
        'Check the name in the address, and the DNS of this machine.',
      );
    case 'ENOENT':
    case 'EACCES':
    case 'ENOTSOCK':
      return unavailable(
        `cannot be reached: there is no Unix socket that may be used (${code})`,
        'Check that the Vault Agent or Proxy is running, the path of its socket, and the permissions.',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return unavailable(`cannot be reached (${code})`, 'Check the network and the firewalls on the way.');
    default:
      return unavailable(`cannot be reached (${code})`, running);
  }
}

// Whether the connection was ended or reset in the middle of an answer cannot be told reliably: which of the two
// the system reports depends on what it had still to deliver.
const cutAnswer: Reading = {
  code: 'SOURCE_MALFORMED',
  what: 'ended its answer before it was complete',
  hint: 'Check the proxies on the way: one of them may cut answers off.',
  repeatable: true,
};

const notHttp = (code: string): Reading => ({
  code: 'SOURCE_MALFORMED',
  what: `does not speak HTTP as Vault does (${code})`,
  hint: 'Check that the address is Vault itself, and whether it listens for https rather than http.',
  repeatable: false,
});

// OpenSSL's verdicts on certificates, as Node.js names them; all of them stay the same when asked again.
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|CRL_/;

function systemFault(error: unknown): SystemFault {
  const { code, syscall } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly code?: unknown;
    readonly syscall?: unknown;
  };
  return Object.freeze({
    code: typeof code === 'string' ? code : 'unknown',
    ...(typeof syscall === 'string' ? { syscall } : {}),
  });
}
