import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A server that answers as a test says, however wrong that is. */
export interface HostileServer extends AsyncDisposable {
  readonly address: string;
  readonly requests: readonly IncomingMessage[];
  /** Connections open now, and the most that were open at one time. */
  readonly sockets: { readonly open: number; readonly most: number };
}

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export async function startHostileServer(answer: Answer): Promise<HostileServer> {
  const requests: IncomingMessage[] = [];
  const open = new Set<Socket>();
  let most = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    answer(response, request);
  });
  server.on('connection', (socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get sockets() {
      return { open: open.size, most };
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON, as Vault does. */
export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** The body of a KV read that found something. */
export const secretBody = (data: object, version = 1) => ({
  request_id: '00000000-0000-4000-8000-000000000000',
  data: {
    data,
    metadata: {
      created_time: '2024-01-01T00:00:00.123456789Z',
      deletion_time: '',
      destroyed: false,
      version,
    },
  },
  warnings: null,
});
