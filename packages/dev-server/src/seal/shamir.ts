import { randomBytes, randomInt } from 'node:crypto';
import { divide, multiply } from './galois-field.js';

/** The secret cannot be shared or put together like that; the message is Vault's. */
export class ShamirError extends Error {}

/** The value of a polynomial at a point; the coefficients begin with the constant. */
function evaluate(coefficients: Uint8Array, x: number): number {
  return coefficients.reduceRight((sum, coefficient) => multiply(sum, x) ^ coefficient, 0);
}

/** The value at 0 of the polynomial through the points. */
function interpolateAtZero(xs: readonly number[], ys: readonly number[]): number {
  return xs.reduce((sum, xi, i) => {
    const basis = xs.reduce(
      (product, xj, j) => (i === j ? product : multiply(product, divide(xj, xi ^ xj))),
      1,
    );
    return sum ^ multiply(ys[i] ?? 0, basis);
  }, 0);
}

/** Different x coordinates from 1 to 255, in random order. */
function randomCoordinates(count: number): number[] {
  const all = Array.from({ length: 255 }, (_, index) => index + 1);
  for (let index = all.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [all[index], all[other]] = [all[other] ?? 0, all[index] ?? 0];
  }
  return all.slice(0, count);
}

/**
 * Splits a secret so that any `threshold` of the shares give it back, and fewer say nothing of it. The last
 * byte of a share is its x coordinate.
 *
 * @throws ShamirError
 */
export function splitSecret(secret: Uint8Array, shares: number, threshold: number): Buffer[] {
  if (shares < threshold) throw new ShamirError('parts cannot be less than threshold');
  if (shares > 255) throw new ShamirError('parts cannot exceed 255');
  if (threshold < 2) throw new ShamirError('threshold must be at least 2');
  if (secret.length === 0) throw new ShamirError('cannot split an empty secret');
  const coordinates = randomCoordinates(shares);
  const parts = coordinates.map((x) => {
    const part = Buffer.alloc(secret.length + 1);
    part[secret.length] = x;
    return part;
  });
  for (const [position, byte] of secret.entries()) {
    const polynomial = Uint8Array.from([byte, ...randomBytes(threshold - 1)]);
    for (const [index, part] of parts.entries()) {
      part[position] = evaluate(polynomial, coordinates[index] ?? 0);
    }
  }
  return parts;
}

/**
 * Puts a secret together. Too few or wrong shares give a wrong one.
 *
 * @throws ShamirError when the shares do not belong together
 */
export function combineShares(shares: readonly Uint8Array[]): Buffer {
  const [first] = shares;
  if (first === undefined || shares.length < 2) {
    throw new ShamirError('less than two parts cannot be used to reconstruct the secret');
  }
  if (first.length < 2) throw new ShamirError('parts must be at least two bytes');
  if (shares.some((share) => share.length !== first.length)) {
    throw new ShamirError('all parts must be the same length');
  }
  const xs = shares.map((share) => share.at(-1) ?? 0);
  if (new Set(xs).size !== xs.length) throw new ShamirError('duplicate part detected');
  const secret = Buffer.alloc(first.length - 1);
  for (let position = 0; position < secret.length; position += 1) {
    secret[position] = interpolateAtZero(
      xs,
      shares.map((share) => share[position] ?? 0),
    );
  }
  return secret;
}
