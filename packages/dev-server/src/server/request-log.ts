import type { HttpRequest } from '../http/http-request.js';
import type { RecordedRequest } from './recorded-request.js';

/** Older requests are forgotten, so that a server that runs for days does not grow. */
const MAX_RECORDS = 10_000;

/** The requests that came, oldest first. */
export class RequestLog {
  #records: RecordedRequest[] = [];

  get records(): readonly RecordedRequest[] {
    return [...this.#records];
  }

  /** Notes a request. @returns a function that notes what it was answered */
  add(request: Pick<HttpRequest, 'method' | 'headers'>, path: string, at: number): (status: number) => void {
    const namespace = request.headers.get('x-vault-namespace');
    const wrapTtl = request.headers.get('x-vault-wrap-ttl');
    let record: RecordedRequest = {
      method: request.method,
      path,
      status: undefined,
      marked: request.headers.get('x-vault-request') === 'true',
      ...(namespace === undefined ? {} : { namespace }),
      ...(wrapTtl === undefined ? {} : { wrapTtl }),
      at,
    };
    this.#records.push(record);
    if (this.#records.length > MAX_RECORDS) this.#records.shift();
    return (status) => {
      // It is among the last.
      const index = this.#records.lastIndexOf(record);
      record = { ...record, status };
      if (index !== -1) this.#records[index] = record;
    };
  }

  clear(): void {
    this.#records = [];
  }
}
