import { collection, type Storage } from '../state/storage.js';
import { makePassword, PasswordPolicyError, parsePasswordPolicy } from './password-policy.js';

const PASSWORD_POLICIES = collection<string>('password-policies');

const MIN_LENGTH = 4;
const MAX_LENGTH = 100;
const ATTEMPTS = 10;
/** Milliseconds. */
const PATIENCE = 1000;

/** Makes some passwords, to see whether the policy can be kept. @throws PasswordPolicyError */
function tryOut(text: string): void {
  let policy: ReturnType<typeof parsePasswordPolicy>;
  try {
    policy = parsePasswordPolicy(text);
  } catch (error) {
    if (!(error instanceof PasswordPolicyError)) throw error;
    throw new PasswordPolicyError(`invalid password policy: ${error.message}`);
  }
  if (policy.length < MIN_LENGTH || policy.length > MAX_LENGTH) {
    throw new PasswordPolicyError(`passwords must be between ${MIN_LENGTH} and ${MAX_LENGTH} characters`);
  }
  const deadline = performance.now() + PATIENCE;
  let failed = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      makePassword(policy, deadline);
    } catch (error) {
      if (!(error instanceof PasswordPolicyError)) throw error;
      failed += 1;
    }
  }
  if (failed === ATTEMPTS) {
    throw new PasswordPolicyError(
      'unable to generate password from provided policy in 1s: are the rules impossible?',
    );
  }
  if (failed > 0) {
    throw new PasswordPolicyError(
      `failed to generate passwords ${failed} times out of ${ATTEMPTS} attempts in 1s - is the policy too restrictive?`,
    );
  }
}

/** The texts of the password policies by name. */
export class PasswordPolicies {
  readonly #texts: Map<string, string>;

  constructor(storage: Storage) {
    this.#texts = storage.records(PASSWORD_POLICIES);
  }

  get(name: string): string | undefined {
    return this.#texts.get(name);
  }

  /** @throws PasswordPolicyError for one that makes no sense, or that hardly any password fits */
  set(name: string, text: string): void {
    tryOut(text);
    this.#texts.set(name, text);
  }

  remove(name: string): void {
    this.#texts.delete(name);
  }

  /** A new password; undefined where there is no such policy. @throws PasswordPolicyError */
  generate(name: string): string | undefined {
    const text = this.#texts.get(name);
    return text === undefined
      ? undefined
      : makePassword(parsePasswordPolicy(text), performance.now() + PATIENCE);
  }
}
