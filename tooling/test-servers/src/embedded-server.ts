import { type DevServer, startDevServer } from '@strongroom/dev-server';
import type { TestServer } from './test-server.js';

/** Starts the embedded server. */
export async function startEmbeddedServer(rootToken: string): Promise<TestServer> {
  let server: DevServer = await startDevServer({ rootToken });
  const { address } = server;
  const stop = () => server.close();
  return {
    address,
    rootToken,
    get unsealKey() {
      return server.unsealKey ?? '';
    },
    stop,
    async start() {
      server = await startDevServer({ rootToken, port: Number(new URL(address).port) });
    },
    close: stop,
  };
}
