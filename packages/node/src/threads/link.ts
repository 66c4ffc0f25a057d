import { randomUUID } from 'node:crypto';
import { isMainThread, MessageChannel, type MessagePort, parentPort } from 'node:worker_threads';
import { type Ask, type Leave, readAnswer } from './ask.js';
import { type Listener, ours, putAside } from './messages-aside.js';
import { KeyAgreement, unseal } from './sealed-text.js';

/** The way to whoever hands settings over. */
export interface Link {
  /** Asks for them, or asks again: nobody may have listened yet. */
  ask(what: Pick<Ask, 'application' | 'names'>): void;
  end(): void;
}

export interface LinkListener {
  heard(text: string): void;
  /** Nothing more will be heard. */
  lost(): void;
}

/** @returns undefined in a program that nobody can hand anything to */
export function linkToPrimary(listener: LinkListener): Link | undefined {
  if (!isMainThread && parentPort !== null) return threadLink(parentPort, listener);
  return process.send === undefined ? undefined : processLink(listener);
}

/**
 * By a port of its own for each ask: to listen to `parentPort` would take away messages that are for the application,
 * which it has not begun to listen to.
 */
function threadLink(parent: MessagePort, { heard, lost }: LinkListener): Link {
  let mine: MessagePort | undefined;
  const end = () => {
    mine?.removeAllListeners();
    mine?.close();
  };
  return {
    ask(what) {
      end();
      const { port1, port2 } = new MessageChannel();
      mine = port1;
      port1.on('message', (text: string) => {
        heard(text);
        // From now on it keeps nobody alive.
        port1.unref();
      });
      port1.once('message', () => port1.once('close', lost));
      const ask: Ask = { strongroom: 'ask', ...what, port: port2 };
      parent.postMessage(ask, [port2]);
    },
    end,
  };
}

/** By the channel to the parent process, which the application may use too. */
function processLink({ heard, lost }: LinkListener): Link {
  const id = randomUUID();
  const agreement = new KeyAgreement();
  const listen: Listener = (message, handle) => {
    const answer = readAnswer(message, id);
    if (answer === undefined) return putAside(listen, message, handle);
    if (answer.strongroom === 'end') return lost();
    const key = agreement.keyWith(answer.key);
    const text = key && unseal(key, answer.sealed);
    if (text !== undefined) heard(text);
  };
  const send = (message: Ask | Leave) => {
    // That the channel is closed is told by its own event.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
  ours.add(listen);
  process.on('message', listen).on('disconnect', lost);
  return {
    ask: (what) => send({ strongroom: 'ask', ...what, id, key: agreement.publicPart }),
    end() {
      send({ strongroom: 'leave', id });
      ours.delete(listen);
      process.off('message', listen).off('disconnect', lost);
    },
  };
}
