import { isSourceError } from '@strongroom/core';
import { withNote } from './failure-note.js';
import type { TransportLimits } from './transport-defaults.js';
import { VaultError } from './vault-error.js';

/** Nobody waits for the answer any more. Of the reason only our own errors go on: a stranger's may hold anything. */
export function calledOff(reason: unknown, address: string, path: string): VaultError {
  const why = isSourceError(reason) ? `: ${reason.message}` : '';
  const message = `the request to Vault at ${address} was called off${why}`;
  return withNote(new VaultError('SOURCE_UNAVAILABLE', message, { address, path }), { ours: true });
}

/** The client was closed. */
export function clientClosed(address: string): VaultError {
  const message = `the client of Vault at ${address} was closed`;
  return withNote(new VaultError('SOURCE_UNAVAILABLE', message, { address }), { ours: true });
}

/** More requests at one time than there is any use in. */
export function lineFull(
  address: string,
  path: string,
  { maxSockets, maxWaiting }: TransportLimits,
): VaultError {
  const error = new VaultError(
    'SOURCE_UNAVAILABLE',
    `${maxSockets} requests to Vault at ${address} are under way and ${maxWaiting} wait for them already`,
    { address, path, hint: 'Ask for less at one time, or raise maxSockets or maxWaiting.' },
  );
  return withNote(error, { ours: true });
}

export function tooLarge(
  address: string,
  path: string,
  { maxBodyBytes }: Pick<TransportLimits, 'maxBodyBytes'>,
): VaultError {
  const mebibytes = maxBodyBytes / 1024 / 1024;
  return new VaultError('SOURCE_MALFORMED', `Vault at ${address} answered with more than ${mebibytes} MiB`, {
    address,
    path,
    hint: 'Check that the address is Vault itself, or raise maxBodyBytes.',
  });
}

export function connectedTooLate(
  address: string,
  path: string,
  { connectTimeoutMs }: Pick<TransportLimits, 'connectTimeoutMs'>,
): VaultError {
  const error = new VaultError(
    'SOURCE_UNAVAILABLE',
    `Vault at ${address} did not accept the connection within ${seconds(connectTimeoutMs)}`,
    { address, path, hint: 'Check the address, the network and the firewalls on the way.', repeatable: true },
  );
  return withNote(error, { unsent: true });
}

/** How far a request had come when its time was up. */
export interface LateMoment {
  readonly connected: boolean;
  readonly answering: boolean;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
}

export function answeredTooLate(address: string, path: string, moment: LateMoment): VaultError {
  const what = moment.answering
    ? 'did not finish its answer'
    : moment.connected
      ? 'did not answer'
      : 'did not get to answer';
  const error = new VaultError(
    'SOURCE_UNAVAILABLE',
    `Vault at ${address} ${what} within ${seconds(moment.tookMs)}`,
    {
      address,
      path,
      hint: 'Check that Vault is well, or allow it more time (VAULT_CLIENT_TIMEOUT).',
      repeatable: true,
    },
  );
  return moment.connected ? error : withNote(error, { unsent: true });
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
