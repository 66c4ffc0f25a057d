import type { X509Certificate } from 'node:crypto';
import { formatTime } from '../../go/timestamp.js';
import { failure } from '../../logical/logical-fault.js';
import { isForClients } from './cert-record.js';

const unverified = (problem: string) => failure(`failed to verify client's certificate: x509: ${problem}`);

/** Seconds are as fine as Vault prints them here. */
const secondOf = (time: number | string): string =>
  formatTime(Math.floor(new Date(time).getTime() / 1000) * 1000);

/** Why a certificate is not good at a time. */
function timeProblem({ validFrom, validTo }: X509Certificate, now: number): string | undefined {
  const expired = 'certificate has expired or is not yet valid: current time';
  if (now < Date.parse(validFrom)) return `${expired} ${secondOf(now)} is before ${secondOf(validFrom)}`;
  if (now > Date.parse(validTo)) return `${expired} ${secondOf(now)} is after ${secondOf(validTo)}`;
  return undefined;
}

/**
 * The chains from what a client showed to certificates that are trusted, each from the client's own on.
 *
 * @param shown the client's certificate, then those that lead to its authority
 * @returns none for an authority that is not trusted
 * @throws LogicalFault for a certificate that has ended, has not begun, or is for something else
 */
export function trustedChains(
  shown: readonly [X509Certificate, ...X509Certificate[]],
  trusted: readonly X509Certificate[],
  now: number,
): readonly (readonly X509Certificate[])[] {
  const [client, ...between] = shown;
  const problem = timeProblem(client, now);
  if (problem !== undefined) throw unverified(problem);
  const chains = chainsFrom([client], between, trusted, now);
  if (chains.length > 0 && !isForClients(client)) {
    throw unverified('certificate specifies an incompatible key usage');
  }
  return chains;
}

function chainsFrom(
  chain: readonly X509Certificate[],
  between: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  now: number,
): readonly (readonly X509Certificate[])[] {
  const last = chain.at(-1);
  if (last === undefined) return [];
  if (trusted.some((root) => same(root, last))) return [chain];
  const next = (candidates: readonly X509Certificate[]) =>
    candidates.filter(
      (issuer) =>
        issuer.ca &&
        !chain.some((link) => same(link, issuer)) &&
        last.checkIssued(issuer) &&
        last.verify(issuer.publicKey) &&
        timeProblem(issuer, now) === undefined,
    );
  const ends = next(trusted).map((root) => [...chain, root]);
  return [
    ...ends,
    ...next(between).flatMap((issuer) => chainsFrom([...chain, issuer], between, trusted, now)),
  ];
}

export const same = (one: X509Certificate, other: X509Certificate): boolean => one.raw.equals(other.raw);
