/** As many digits of a decimal number survive being read and written. */
const safeDigits = 15;

/**
 * Whether a value of a secret has a number that may have lost digits when it was read as JSON: written back, it would be
 * another one. JavaScript holds integers up to 2^53 - 1, and 15 decimal digits of other numbers.
 */
export function mayHaveLostDigits(value: unknown): boolean {
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return !Number.isSafeInteger(value);
    const [digits = ''] = value.toExponential().split('e');
    return digits.replace(/\D/g, '').length > safeDigits;
  }
  return typeof value === 'object' && value !== null && Object.values(value).some(mayHaveLostDigits);
}
