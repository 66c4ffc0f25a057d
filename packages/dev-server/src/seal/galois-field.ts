/** x^8 + x^4 + x^3 + x + 1, the polynomial that GF(256) is taken modulo. */
const MODULUS = 0x11b;

const product = (a: number, b: number): number => {
  let sum = 0;
  let left = a;
  for (let right = b; right > 0; right >>= 1) {
    if (right & 1) sum ^= left;
    left <<= 1;
    if (left & 0x100) left ^= MODULUS;
  }
  return sum;
};

// Powers of the generator 3, and their logarithms.
const EXPONENTS = new Uint8Array(510);
const LOGARITHMS = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power += 1) {
  EXPONENTS[power] = value;
  EXPONENTS[power + 255] = value;
  LOGARITHMS[value] = power;
  value = product(value, 3);
}

const logarithm = (value: number): number => LOGARITHMS[value] ?? 0;

/** Multiplies two bytes as elements of GF(256). Their sum and difference is `a ^ b`. */
export const multiply = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : (EXPONENTS[logarithm(a) + logarithm(b)] ?? 0);

/** Divides in GF(256). @throws RangeError for a division by zero */
export function divide(a: number, b: number): number {
  if (b === 0) throw new RangeError('division by zero');
  return a === 0 ? 0 : (EXPONENTS[logarithm(a) + 255 - logarithm(b)] ?? 0);
}
