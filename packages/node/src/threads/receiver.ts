import type { ChildProcess } from 'node:child_process';
import type { MessagePort } from 'node:worker_threads';
import type { Answer, Ask } from './ask.js';
import { KeyAgreement, seal } from './sealed-text.js';

/** Where settings are handed to. */
export interface Receiver {
  /** Of a process, which may ask more than once. */
  readonly id?: string;
  give(text: string): void;
  /** Nothing more is given. */
  end(): void;
}

/** A thread is handed them by a port of its own, which nobody else can listen to. */
export function threadReceiver(port: MessagePort, gone: () => void): Receiver {
  port.on('close', gone);
  // What is handed over keeps nobody alive.
  port.unref();
  return { give: (text) => port.postMessage(text), end: () => port.close() };
}

/**
 * A process is handed them by the one channel that there is, sealed.
 *
 * @returns undefined where its part of the key is none
 */
export function processReceiver(child: ChildProcess, { id = '', key: part = '' }: Ask): Receiver | undefined {
  const agreement = new KeyAgreement();
  const key = agreement.keyWith(part);
  if (key === undefined) return undefined;
  const send = (answer: Answer) => {
    // That it is gone is told by its own events.
    if (child.connected) child.send(answer, () => undefined);
  };
  return {
    id,
    give: (text) => send({ strongroom: 'settings', id, key: agreement.publicPart, sealed: seal(key, text) }),
    end: () => send({ strongroom: 'end', id }),
  };
}
