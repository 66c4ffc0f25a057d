import { isSourceError } from '@strongroom/core';
import { objectAt, own } from '../json-object.js';
import { VaultError } from '../vault-error.js';
import type { AuthContext } from './auth-method.js';
import { type Credential, readCredential } from './credential.js';

const intercepted =
  'Somebody else may have unwrapped it: treat the secret id as known to others, destroy it, find out who had it, and issue a new one. If this program was restarted, or the TTL of the wrapping is over, give it a new wrapping token.';

/** A secret id that came in a response-wrapping token. The token is good for one use, so it is unwrapped once. */
export class WrappedSecretId {
  readonly #wrapping: Credential;
  readonly #mount: string;
  // Private fields are what no inspection shows.
  #unwrapped: { readonly token: string; readonly secretId: string } | undefined;

  constructor(wrapping: Credential, mount: string) {
    this.#wrapping = wrapping;
    this.#mount = mount;
  }

  /**
   * The secret id; of a wrapping token that is a new one, it is unwrapped.
   *
   * @throws VaultError `SOURCE_DENIED` when the token was already used, or wraps something else
   */
  async read(context: AuthContext): Promise<string> {
    const token = await this.#readWrapping(context.address);
    if (this.#unwrapped !== undefined && (token === undefined || token === this.#unwrapped.token)) {
      return this.#unwrapped.secretId;
    }
    const secretId = await this.#unwrap(token ?? '', context);
    this.#unwrapped = { token: token ?? '', secretId };
    return secretId;
  }

  /** Once it was unwrapped, its file may be taken away. */
  async #readWrapping(address: string): Promise<string | undefined> {
    try {
      return await readCredential(this.#wrapping, 'the wrapped secret id', address);
    } catch (error) {
      if (this.#unwrapped === undefined) throw error;
      return undefined;
    }
  }

  async #unwrap(token: string, { address, post }: AuthContext): Promise<string> {
    const refused = (what: string, hint: string) => new VaultError('SOURCE_DENIED', what, { address, hint });
    const used = (error: unknown): never => {
      if (!isSourceError(error) || error.code !== 'SOURCE_DENIED') throw error;
      // Nobody has touched it where there is nothing to ask, as in a namespace that there is not.
      if (error instanceof VaultError && error.status === 404) throw error;
      throw refused(
        `the wrapped secret id was already unwrapped, or its time is over: possible interception`,
        intercepted,
      );
    };
    const looked = await post('sys/wrapping/lookup', { token }).catch(used);
    // Whoever put another token in its place cannot make it say that AppRole made it.
    const path = own(objectAt(looked, 'data') ?? {}, 'creation_path');
    if (typeof path !== 'string' || !this.#isSecretIdPath(path)) {
      throw refused(
        'the wrapped secret id does not come from where secret ids come from: possible interception',
        `It must have been made at auth/${this.#mount}/role/<role>/secret-id. ${intercepted}`,
      );
    }
    // Made again after a lost answer, it would find the token used by itself.
    const body = await post('sys/wrapping/unwrap', {}, { token, repeatable: false }).catch(used);
    const secretId = own(objectAt(body, 'data') ?? {}, 'secret_id');
    if (typeof secretId === 'string' && secretId !== '') return secretId;
    throw refused('the wrapping token holds no secret id', 'Wrap the answer of role/<role>/secret-id.');
  }

  #isSecretIdPath(path: string): boolean {
    const start = `auth/${this.#mount}/role/`;
    return path.startsWith(start) && /^[^/]+\/(?:custom-)?secret-id$/.test(path.slice(start.length));
  }
}
