import { findCanary } from '@strongroom/core/testing';

/** What a command printed. */
interface Printed {
  readonly argv: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it is there to print a value on standard output. */
  readonly reveals: boolean;
}

const printed: Printed[] = [];
const secrets = new Set<string>();

/** Takes note of what a command printed. */
export const remember = (output: Printed): void => void printed.push(output);

/** Takes note of a secret that commands may come across. */
export function secretValue(value: string): string {
  secrets.add(value);
  return value;
}

/** Where any of the secrets was printed; never the secret. */
export function leaks(): readonly string[] {
  return printed.flatMap(({ argv, stdout, stderr, reveals }) =>
    [...secrets].flatMap((secret) => {
      const found = findCanary(secret, stderr, ...(reveals ? [] : [stdout]));
      return found === undefined ? [] : [`strongroom ${argv.join(' ')}: ${found}`];
    }),
  );
}

/** How much was looked through, so that nobody takes nothing for a proof. */
export const looked = (): { readonly outputs: number; readonly secrets: number } => ({
  outputs: printed.length,
  secrets: secrets.size,
});

/** Forgets all of it. */
export function forget(): void {
  printed.length = 0;
  secrets.clear();
}
