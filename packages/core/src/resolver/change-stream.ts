import type { EventEmitter } from 'node:events';
import { StrongroomError } from '../errors/errors.js';
import type { SettingChange } from '../resolution/resolution.js';
import type { ResolverEvents } from './resolver-state.js';

type Events = EventEmitter<ResolverEvents>;

/** Every change from now on, one list of settings a new snapshot; ends when the resolver is closed. */
export function changesOf(
  events: Events,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<readonly SettingChange[]> {
  signal?.throwIfAborted();
  const { on } = process.getBuiltinModule('node:events');
  const told = on(events as EventEmitter, 'change', {
    close: ['closed'],
    ...(signal === undefined ? {} : { signal }),
  }) as AsyncIterableIterator<ResolverEvents['change']>;
  const unwrapped = (result: IteratorResult<ResolverEvents['change']>) =>
    result.done === true ? ({ done: true, value: undefined } as const) : { value: result.value[0] };
  return {
    next: () =>
      told.next().then(unwrapped, (error) => {
        throw signal?.aborted === true ? signal.reason : error;
      }),
    return: async () => unwrapped((await told.return?.()) ?? { done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The next change of one setting. */
export function nextChangeOf(
  events: Events,
  name: string,
  signal: AbortSignal | undefined,
): Promise<SettingChange> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const changed = (changes: readonly SettingChange[]) => {
      const change = changes.find((one) => one.name === name);
      if (change === undefined) return;
      stop();
      resolve(change);
    };
    const aborted = () => {
      stop();
      reject(signal?.reason);
    };
    const closed = () => {
      stop();
      reject(new StrongroomError('RESOLVER_CLOSED', `The resolver was closed before ${name} changed`));
    };
    const stop = () => {
      events.off('change', changed).off('closed', closed);
      signal?.removeEventListener('abort', aborted);
    };
    events.on('change', changed).on('closed', closed);
    signal?.addEventListener('abort', aborted, { once: true });
  });
}
