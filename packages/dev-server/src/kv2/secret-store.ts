import { childrenOf } from '../go/children-of.js';
import type { Storage } from '../state/storage.js';
import { CONFIG, type Kv2Config, SECRETS, type SecretRecord } from './secret-record.js';

const withoutSlash = (path: string): string => path.replace(/\/+$/, '');

/** The secrets and settings of one KV version 2 mount. */
export class SecretStore {
  readonly #secrets: Map<string, SecretRecord>;
  readonly #config: Map<string, Kv2Config>;

  constructor(
    storage: Storage,
    readonly now: () => number,
  ) {
    this.#secrets = storage.records(SECRETS);
    this.#config = storage.records(CONFIG);
  }

  /** Live: changing what it returns changes the mount. */
  get config(): Kv2Config {
    let config = this.#config.get('');
    if (config === undefined) {
      config = { maxVersions: 0, casRequired: false, deleteVersionAfter: 0 };
      this.#config.set('', config);
    }
    return config;
  }

  /** As in Vault, a slash at the end does not matter for finding a secret. */
  find(path: string): SecretRecord | undefined {
    return this.#secrets.get(withoutSlash(path));
  }

  put(path: string, secret: SecretRecord): void {
    this.#secrets.set(withoutSlash(path), secret);
  }

  remove(path: string): void {
    this.#secrets.delete(withoutSlash(path));
  }

  /** The names right below a folder; folders end in a slash. */
  list(folder: string): string[] {
    return childrenOf(this.#secrets.keys(), folder);
  }
}
