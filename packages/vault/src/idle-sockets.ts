import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** What node:http asks of an agent beside what its types tell; widely used agents have stood on it for years. */
interface RequestTaker {
  addRequest(request: ClientRequest & { onSocket(socket: Socket): void }, options: object): void;
  keepSocketAlive(socket: Socket): boolean;
  reuseSocket(socket: Socket, request: ClientRequest): void;
}

/**
 * The connections of an agent that wait for work; that used last goes first. The agent still makes, counts and
 * closes all of them, it only need not book them out and in again: for each request it would build their name
 * from every option there is and search its lists by it, at a third of what a request costs altogether.
 */
export class IdleSockets {
  readonly #agent: Agent & RequestTaker;
  readonly #watched = new WeakSet<Socket>();
  #sockets: Socket[] = [];

  constructor(given: Agent) {
    const agent = given as Agent & RequestTaker;
    this.#agent = agent;
    const make = agent.addRequest;
    const [keep] = agent.listeners('free');
    agent.removeAllListeners('free');
    agent.on('free', (socket: Socket, options: object) => {
      if (this.#mayKeep(socket)) this.#keep(socket);
      else keep?.call(agent, socket, options);
    });
    agent.addRequest = (request, options) => {
      let socket = this.#sockets.pop();
      while (socket?.destroyed === true) socket = this.#sockets.pop();
      if (socket === undefined) return make.call(agent, request, options);
      agent.reuseSocket(socket, request);
      request.onSocket(socket);
    };
  }

  /** Closes them: they may be dead. */
  drop(): void {
    for (const socket of [...this.#sockets]) socket.destroy();
  }

  /** Not where a request waits for it, nor where it cannot be used any more, or not yet: the agent sees to that. */
  #mayKeep(socket: Socket): boolean {
    for (const _ in this.#agent.requests) return false;
    return socket.writable && !socket.connecting;
  }

  #keep(socket: Socket): void {
    // By what the server says of how long it keeps a connection, too.
    if (!this.#agent.keepSocketAlive(socket)) {
      socket.destroy();
      return;
    }
    if (!this.#watched.has(socket)) this.#watch(socket);
    // The request that is over, and with it the secret, is not to live as long as the socket.
    Object.assign(socket, { _httpMessage: null });
    this.#sockets.push(socket);
  }

  #watch(socket: Socket): void {
    this.#watched.add(socket);
    // Without a request nobody else hears it; what follows is that it closes.
    socket.on('error', () => undefined);
    socket.on('timeout', () => {
      if (this.#sockets.includes(socket)) socket.destroy();
    });
    socket.on('close', () => {
      this.#sockets = this.#sockets.filter((idle) => idle !== socket);
    });
  }
}
