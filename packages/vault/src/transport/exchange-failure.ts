import { isSourceError } from '@strongroom/core';
import { VaultError } from '../vault-error.js';
import { withNote } from './failure-note.js';
import type { TransportLimits } from './transport-defaults.js';

/** Nobody waits for the answer any more. Of the reason only our own errors go on: a stranger's may hold anything. */
export function calledOff(reason: unknown, address: string, path: string): VaultError {
  const why = isSourceError(reason) ? `: ${reason.message}` : '';
  const message = `the request to Vault at ${address} was called off${why}`;
  const hint = isSourceError(reason) && reason.hint !== undefined ? { hint: reason.hint } : {};
  return withNote(new VaultError('SOURCE_UNAVAILABLE', message, { address, path, ...hint }), { ours: true });
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

/** Whatever gives the token does not. */
export function noTokenInTime(address: string, ms: number): VaultError {
  return withNote(
    new VaultError('SOURCE_UNAVAILABLE', `there was no token for Vault at ${address} within ${seconds(ms)}`, {
      address,
      hint: 'Check what gives it: the auth method, the function that was given, or the file. It may wait for something that never comes.',
    }),
    { ours: true },
  );
}

export function tooLarge(
  address: string,
  path: string,
  { maxBodyBytes }: Pick<TransportLimits, 'maxBodyBytes'>,
): VaultError {
  const mebibytes = maxBodyBytes / 1024 / 1024;
  const most = Number.isInteger(mebibytes) ? `${mebibytes} MiB` : `${maxBodyBytes} bytes`;
  return new VaultError('SOURCE_MALFORMED', `Vault at ${address} answered with more than ${most}`, {
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

export function answeredTooLate(
  address: string,
  path: string,
  moment: LateMoment,
  limits: TransportLimits,
): VaultError {
  const what = moment.answering
    ? 'did not finish its answer'
    : moment.connected
      ? 'did not answer'
      : 'did not get to answer';
  const { within, option } = limitOf(moment.tookMs, limits);
  const error = new VaultError('SOURCE_UNAVAILABLE', `Vault at ${address} ${what} within ${within}`, {
    address,
    path,
    hint: `Check that Vault is well, or allow it more time: ${option}.`,
    repeatable: true,
  });
  return moment.connected ? error : withNote(error, { unsent: true });
}

/** Which limit it was that ended a wait: its value, and the option that sets it. */
function limitOf(
  tookMs: number,
  { requestTimeoutMs, headersTimeoutMs, deadlineMs }: TransportLimits,
): { readonly within: string; readonly option: string } {
  if (tookMs === requestTimeoutMs) {
    return { within: seconds(tookMs), option: 'requestTimeoutMs, or VAULT_CLIENT_TIMEOUT' };
  }
  if (tookMs === headersTimeoutMs) return { within: seconds(tookMs), option: 'headersTimeoutMs' };
  const left = `the ${seconds(tookMs)} that were left of ${seconds(deadlineMs)} for all attempts`;
  return { within: left, option: 'deadlineMs' };
}

const seconds = (ms: number): string => (ms < 100 ? `${Math.ceil(ms)} ms` : `${Math.round(ms / 100) / 10} s`);
