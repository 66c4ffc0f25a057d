import type { FailureRule } from './failure-rule.js';
import type { SeedSecrets } from './options.js';
import type { RecordedRequest } from './recorded-request.js';

/** A running server. `await using` closes it. */
export interface DevServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:49152`, without a slash at the end; `https:` with `tls`. */
  readonly address: string;
  /** The root token; empty for a server that was started with `initialised: false`. */
  readonly rootToken: string;
  /** The key that unseals the server once it was sealed, in base64; undefined with `initialised: false`. */
  readonly unsealKey: string | undefined;
  /** The certificate of a server with `tls`, in PEM, for clients to trust; undefined without. */
  readonly caCertificate: string | undefined;
  /** Every request that came since the start or `clearRequests`, oldest first; of very many the last 10000. */
  readonly requests: readonly RecordedRequest[];
  /**
   * Writes secrets below `secret/` as new versions, as writes over HTTP would.
   *
   * @throws DevServerError with SEED_INVALID for a path or a value that cannot be a secret
   */
  seed(secrets: SeedSecrets): void;
  /** Forgets the requests that came. */
  clearRequests(): void;
  /** Makes coming requests fail. Returns a function that takes the rule away. */
  fail(rule: FailureRule): () => void;
  /** Destroys open connections and stops listening; leaves no handle. May be called again. */
  close(): Promise<void>;
}
