/**
 * Waits for an answer until nobody wants it any longer, whether or not whoever gives it listens to the signal.
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
