import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** When a program is killed: at which of its requests to a mount, and whether the server has it already. */
export interface Moment {
  readonly mount: string;
  readonly request: number;
  readonly when: 'before' | 'after';
}

/**
 * A proxy before a server that counts requests, and kills the program that makes them at one of them. Only those to one
 * mount are counted: a client looks its token up when it has time, on a slow machine in the middle of a plan.
 */
export interface KillProxy {
  readonly address: string;
  /** The method and path of each request to a mount that has come. */
  requestsTo(mount: string): readonly string[];
  /** Counts the requests from now on; the program is killed at that moment. */
  arm(program: ChildProcess, moment: Moment): void;
  /** Kills nothing any more, and forgets the requests. */
  disarm(): void;
  close(): Promise<void>;
}

export async function startKillProxy(target: string): Promise<KillProxy> {
  const requests: { readonly method: string; readonly url: string }[] = [];
  const isTo = (mount: string, url: string) => url.startsWith(`/v1/${mount}/`);
  const requestsTo = (mount: string) =>
    requests.filter(({ url }) => isTo(mount, url)).map(({ method, url }) => `${method} ${url}`);
  const isDue = ({ mount, request }: Moment, url: string) =>
    isTo(mount, url) && requestsTo(mount).length === request;
  let armed: { readonly program: ChildProcess; readonly moment: Moment } | undefined;

  async function kill(): Promise<void> {
    const program = armed?.program;
    if (program === undefined || program.exitCode !== null || program.signalCode !== null) return;
    const ended = once(program, 'exit');
    program.kill('SIGKILL');
    await ended;
  }

  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '' } = request;
    requests.push({ method, url });
    const due = armed !== undefined && isDue(armed.moment, url) ? armed.moment.when : undefined;
    const body = await bodyOf(request);
    if (due === 'before') {
      await kill();
      return void response.destroy();
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) =>
        typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name)
          ? [[name, value]]
          : [],
      ),
    );
    const answer = await fetch(`${target}${url}`, {
      method,
      headers,
      ...(body.length === 0 ? {} : { body }),
    });
    const content = Buffer.from(await answer.arrayBuffer());
    if (due === 'after') {
      await kill();
      return void response.destroy();
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestsTo,
    arm(program, moment) {
      requests.length = 0;
      armed = { program, moment };
    },
    disarm() {
      requests.length = 0;
      armed = undefined;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
