import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * What happens to a connection:
 * - `pass`: nothing;
 * - `refuse`: it is reset as soon as it is made;
 * - `swallow`: it is made, and whatever is sent, no byte comes back (a half-open connection);
 * - `garbage`: the answer is no HTTP;
 * - `{ reset: bytes }`: so many bytes of the answer, then a reset;
 * - `{ end: bytes }`: so many bytes of the answer, then the regular end;
 * - `{ stall: bytes }`: so many bytes of the answer, then nothing;
 * - `drip`: one byte of the answer for each call of `drip()`.
 */
export type Fault =
  | 'pass'
  | 'refuse'
  | 'swallow'
  | 'garbage'
  | 'drip'
  | { readonly reset: number }
  | { readonly end: number }
  | { readonly stall: number };

/** A TCP proxy before a server, which spoils connections as a test says. */
export interface FaultProxy extends AsyncDisposable {
  /** As the server's, with the port of the proxy. */
  readonly address: string;
  readonly port: number;
  /** How many connections were made, and how many are there now. */
  readonly connections: { readonly made: number; readonly open: number };
  /** For every connection from now on, and for the next answer on those that are there. */
  fault: Fault;
  /** Lets one more byte of each dripping answer through. */
  drip(): void;
  /** Settles when a client has sent something that will not be answered in full. */
  spoiled(): Promise<void>;
  /** Cuts every connection, and has new ones refused by the system until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { port: targetPort, protocol } = new URL(target);
  const open = new Set<Socket>();
  const dripping = new Set<{ readonly client: Socket; rest: Buffer }>();
  let waiting: (() => void)[] = [];
  let made = 0;
  let port = 0;
  const state = { fault: 'pass' as Fault };

  const server = createServer((client) => {
    made++;
    track(client);
    if (state.fault === 'refuse') return void client.resetAndDestroy();
    const upstream = connect(Number(targetPort), '127.0.0.1');
    track(upstream);
    let sent = 0;
    client.on('data', (chunk) => {
      sent = 0;
      if (state.fault === 'garbage') return void client.write('220 mail.example.com ESMTP\r\n');
      if (state.fault === 'swallow') spoil();
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      const { fault } = state;
      if (fault === 'drip') {
        dripping.add({ client, rest: chunk });
        return spoil();
      }
      const limit = limitOf(fault);
      const part = chunk.subarray(0, Math.max(0, limit - sent));
      sent += chunk.length;
      if (sent < limit) return void client.write(part);
      // Whatever it was, the client has that much of it before what follows.
      client.write(part, () => {
        if (typeof fault === 'object' && 'reset' in fault) client.resetAndDestroy();
        else if (typeof fault === 'object' && 'end' in fault) client.end();
        spoil();
      });
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });

  function track(socket: Socket): void {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  }

  function spoil(): void {
    for (const settle of waiting.splice(0)) settle();
  }

  async function start(): Promise<void> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  }

  async function stop(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  }

  await start();
  return {
    address: `${protocol}//127.0.0.1:${port}`,
    port,
    get connections() {
      // Each has its counterpart at the server.
      return { made, open: open.size };
    },
    get fault() {
      return state.fault;
    },
    set fault(fault) {
      state.fault = fault;
    },
    drip() {
      for (const each of dripping) {
        each.client.write(each.rest.subarray(0, 1));
        each.rest = each.rest.subarray(1);
      }
    },
    spoiled: () =>
      new Promise((resolve) => {
        waiting = [...waiting, resolve];
      }),
    start,
    stop,
    async [Symbol.asyncDispose]() {
      if (server.listening) await stop();
    },
  };
}

function limitOf(fault: Fault): number {
  if (typeof fault !== 'object') return Number.POSITIVE_INFINITY;
  if ('reset' in fault) return fault.reset;
  return 'end' in fault ? fault.end : fault.stall;
}
