import { MessagePort } from 'node:worker_threads';

/** What a thread or a process sends to be handed settings. It holds no value. */
export interface Ask {
  readonly strongroom: 'ask';
  readonly application: string;
  /** The settings that it needs, by name. */
  readonly names: readonly string[];
  /** Of a thread: where to hand them. */
  readonly port?: MessagePort;
  /** Of a process: what it is called, and its part of the key. */
  readonly id?: string;
  readonly key?: string;
}

/** What a process sends when it needs nothing more; a thread closes its port. */
export interface Leave {
  readonly strongroom: 'leave';
  readonly id: string;
}

/** What is sent to a process. */
export type Answer =
  | { readonly strongroom: 'settings'; readonly id: string; readonly key: string; readonly sealed: string }
  | { readonly strongroom: 'end'; readonly id: string };

/** @returns undefined for a message of anybody else */
export function readAsk(message: unknown): Ask | undefined {
  if (!isObject(message) || message['strongroom'] !== 'ask') return undefined;
  const { application, names, port, id, key } = message;
  const shaped =
    typeof application === 'string' &&
    Array.isArray(names) &&
    names.every((name) => typeof name === 'string') &&
    (port instanceof MessagePort || (typeof id === 'string' && typeof key === 'string'));
  // Each field was looked at, which the compiler does not put together.
  return shaped ? (message as unknown as Ask) : undefined;
}

/** @returns the id of the process that leaves; undefined for a message of anybody else */
export function readLeave(message: unknown): string | undefined {
  if (!isObject(message) || message['strongroom'] !== 'leave') return undefined;
  return typeof message['id'] === 'string' ? message['id'] : undefined;
}

/** @returns undefined for a message of anybody else, or for another one here */
export function readAnswer(message: unknown, id: string): Answer | undefined {
  if (!isObject(message) || message['id'] !== id) return undefined;
  const { strongroom, key, sealed } = message;
  const shaped =
    strongroom === 'end' ||
    (strongroom === 'settings' && typeof key === 'string' && typeof sealed === 'string');
  return shaped ? (message as unknown as Answer) : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
