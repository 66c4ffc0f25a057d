import { generateKeyPairSync } from 'node:crypto';

/** Chance that is the same in every run, so that what is measured with it can be written down. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit);
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError('There is nothing to pick from');
    return choice;
  }

  text(length: number, letters: string): string {
    return Array.from({ length }, () => letters.charAt(this.below(letters.length))).join('');
  }

  hex = (length: number): string => this.text(length, '0123456789abcdef');
  letters = (length: number): string => this.text(length, alphabet);
  alphanumeric = (length: number): string => this.text(length, `${alphabet}0123456789`);
  base64 = (length: number): string => this.text(length, `${alphabet}0123456789+/`);
  base64url = (length: number): string => this.text(length, `${alphabet}0123456789-_`);

  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.hex(length)).join('-');
  }

  /** As a person with a password manager has it. */
  password(): string {
    return `${this.pick(['Sommer', 'Kran', 'Teich', 'Wolke', 'Birke'])}${this.text(4, '23456789')}${this.pick(['!', '#', '_', '+'])}${this.alphanumeric(4)}`;
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Private keys are made anew in every run: what is random in them changes nothing of what is measured. */
export const privateKeyOf = {
  rsa: () =>
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs1', format: 'pem' })
      .toString(),
  ec: () =>
    generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      .privateKey.export({ type: 'sec1', format: 'pem' })
      .toString(),
  pkcs8: () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  publicKey: () =>
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString(),
};
