import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const program = (name: string) => new URL(`./programs/${name}.mjs`, import.meta.url);

/** What `programs/reader.mjs` is told, and what it is asked. */
export interface ReaderOptions {
  readonly receive?: { readonly only?: readonly string[]; readonly startDeadlineMs?: number };
  readonly listenFirst?: boolean;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly inspected: string;
}

interface Message {
  readonly received?: true;
  readonly failed?: Failure;
  readonly id?: number;
  readonly result?: unknown;
}

/** A thread or a child process that receives settings. */
export class Reader {
  readonly #target: Worker | ChildProcess;
  /** Every message that it sent. */
  readonly messages: unknown[] = [];
  /** When it has settings. */
  readonly received: Promise<void>;
  /** When it has none. */
  readonly failed: Promise<Failure>;
  /** Its exit code. */
  readonly ended: Promise<unknown>;
  #asked = 0;

  constructor(target: Worker | ChildProcess) {
    this.#target = target;
    target.on('message', (message: unknown) => this.messages.push(message));
    this.ended = once(target, 'exit').then(([code]) => code as unknown);
    this.received = this.#told((message) => message.received).then(() => undefined);
    this.failed = this.#told((message) => message.failed);
    for (const promise of [this.received, this.failed, this.ended]) promise.catch(() => undefined);
  }

  async ask(question: string): Promise<unknown> {
    const id = ++this.#asked;
    const told = this.#told((message) => (message.id === id ? { result: message.result } : undefined));
    const message = { question, id };
    if (this.#target instanceof Worker) this.#target.postMessage(message);
    else this.#target.send(message);
    return (await told).result;
  }

  end(): unknown {
    return this.#target instanceof Worker ? this.#target.terminate() : this.#target.kill('SIGKILL');
  }

  async #told<R>(find: (message: Message) => R | undefined): Promise<NonNullable<R>> {
    const controller = new AbortController();
    const told = async () => {
      const messages = on(this.#target, 'message', { signal: controller.signal });
      for await (const [message] of messages as AsyncIterable<[unknown]>) {
        const found = typeof message === 'object' && message !== null ? find(message) : undefined;
        if (found !== undefined && found !== null) return found;
      }
      throw new Error('it tells no more');
    };
    const gone = async () => {
      const code = await this.ended;
      throw new Error(`it ended: ${String(code)}`);
    };
    try {
      return await Promise.race([told(), gone()]);
    } finally {
      controller.abort();
    }
  }
}

const begun = new Set<{ end(): unknown }>();

/** Ends what a test left behind. */
export async function endReaders(): Promise<void> {
  for (const reader of begun) await reader.end();
  begun.clear();
}

export function startThread(
  workerData: ReaderOptions = {},
  name = 'reader',
): { worker: Worker; reader: Reader } {
  const worker = new Worker(program(name), { workerData, env: {} });
  const reader = new Reader(worker);
  begun.add(reader);
  return { worker, reader };
}

export function startChild(options: ReaderOptions = {}): { child: ChildProcess; reader: Reader } {
  const child = fork(fileURLToPath(program('reader')), [JSON.stringify(options)], { env: {}, execArgv: [] });
  const reader = new Reader(child);
  begun.add(reader);
  return { child, reader };
}
