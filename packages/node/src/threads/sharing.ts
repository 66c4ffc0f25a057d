import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:worker_threads';
import type { Declarations, Resolver } from '@strongroom/core';
import { HandingOver } from '@strongroom/core/handover';
import { readAsk, readLeave } from './ask.js';
import { processReceiver, type Receiver, threadReceiver } from './receiver.js';

/** One asks once for each definition; whoever asks without end is not let use memory without end. */
const mostReceivers = 16;

/** Shares the settings of one resolver with one thread or process, for as long as that lives. */
export class Sharing<T extends Declarations> {
  readonly #settings: Resolver<T>;
  readonly #allowed: ReadonlySet<string>;
  readonly #target: Worker | ChildProcess;
  readonly #ended: () => void;
  readonly #receivers = new Map<Receiver, HandingOver<T>>();

  /**
   * @param allowed what may be handed over
   * @param ended called when the target is gone, or this is ended
   */
  constructor(
    settings: Resolver<T>,
    allowed: ReadonlySet<string>,
    target: Worker | ChildProcess,
    ended: () => void,
  ) {
    this.#settings = settings;
    this.#allowed = allowed;
    this.#target = target;
    this.#ended = ended;
    target.on('message', this.#heard).on('exit', this.end).on('disconnect', this.end);
  }

  /** Hands over what holds now to all who have asked. */
  give(): void {
    for (const receiver of this.#receivers.keys()) this.#giveTo(receiver);
  }

  readonly end = (): void => {
    this.#target.off('message', this.#heard).off('exit', this.end).off('disconnect', this.end);
    for (const receiver of this.#receivers.keys()) receiver.end();
    this.#receivers.clear();
    this.#ended();
  };

  readonly #heard = (message: unknown): void => {
    const leaving = readLeave(message);
    if (leaving !== undefined) this.#forget(leaving);
    const ask = readAsk(message);
    if (ask === undefined || ask.application !== this.#settings.definition.application) return;
    // Asked again before it was answered: nothing between two processes is lost.
    if (ask.id !== undefined && this.#withId(ask.id) !== undefined) return;
    const target = this.#target;
    const receiver: Receiver | undefined =
      'postMessage' in target
        ? ask.port && threadReceiver(ask.port, () => receiver && this.#receivers.delete(receiver))
        : processReceiver(target, ask);
    if (receiver === undefined) return;
    const [oldest] = this.#receivers.keys();
    if (oldest !== undefined && this.#receivers.size >= mostReceivers) {
      this.#receivers.delete(oldest);
      oldest.end();
    }
    const asked = new Set(ask.names);
    const names = [...this.#allowed].filter((name) => asked.has(name));
    this.#receivers.set(receiver, new HandingOver(this.#settings, new Set(names)));
    this.#giveTo(receiver);
  };

  #withId(id: string): Receiver | undefined {
    return [...this.#receivers.keys()].find((receiver) => receiver.id === id);
  }

  #forget(id: string): void {
    const receiver = this.#withId(id);
    if (receiver !== undefined) this.#receivers.delete(receiver);
  }

  #giveTo(receiver: Receiver): void {
    const text = this.#receivers.get(receiver)?.next();
    if (text !== undefined) receiver.give(text);
  }
}
