/** A running server, unsealed, in dev mode, with KV version 2 at `secret/`. */
export interface TestServer {
  readonly address: string;
  readonly rootToken: string;
  close(): Promise<void>;
}
