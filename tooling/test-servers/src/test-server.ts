/** A running server, unsealed, in dev mode, with KV version 2 at `secret/`. */
export interface TestServer {
  readonly address: string;
  readonly rootToken: string;
  /** Unseals the server once it was sealed. */
  readonly unsealKey: string;
  /** Ends the server; `start` begins another one at the same address, with the same root token and nothing in it. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}
