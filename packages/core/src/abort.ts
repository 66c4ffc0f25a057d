/**
 * Waits for an answer no longer than a signal allows, for whoever gives the answer may not listen to it. An
 * answer for which nothing need be waited counts even after the signal.
 *
 * @throws the signal's reason
 */
export function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) setImmediate(abort);
    else signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
