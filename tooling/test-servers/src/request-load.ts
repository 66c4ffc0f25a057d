import { Agent, get } from 'node:http';

/** Many requests to one address, over connections that are kept. */
export class RequestLoad implements Disposable {
  readonly #url: string;
  readonly #sockets: number;
  readonly #agent: Agent;
  /** How often each answer came: its status and its text, or the code of the error. */
  readonly answers = new Map<string, number>();

  constructor(url: string, sockets = 100) {
    this.#url = url;
    this.#sockets = sockets;
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets });
  }

  /** Requests without a pause: so many at least, and as long as something else takes. */
  async during<R>(atLeast: number, work: Promise<R>): Promise<R> {
    let left = atLeast;
    let over = false;
    const lane = async () => {
      while (left > 0 || !over) {
        left--;
        const answer = await this.#request();
        this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
      }
    };
    const lanes = Array.from({ length: this.#sockets }, lane);
    try {
      return await work;
    } finally {
      over = true;
      await Promise.all(lanes);
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #request(): Promise<string> {
    return new Promise((resolve) => {
      const request = get(this.#url, { agent: this.#agent }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve(`${response.statusCode} ${body}`));
        response.on('error', (error) => resolve(String(error)));
      });
      request.on('error', (error) => resolve(String(error)));
    });
  }
}
