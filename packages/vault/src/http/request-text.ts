import { notAskable, problem } from '../configuration-problem.js';

/** A request as it goes over the wire. */
export interface RequestText {
  readonly method: string;
  /** The request line and the header fields, up to the empty line and with it. */
  readonly head: string;
  readonly body: string | undefined;
}

/**
 * Writes a request.
 *
 * @param target what is asked for: a path, or before a proxy a whole address; encoded
 * @param fields header fields, each as {@link fieldText} writes it; what frames the message is added
 * @throws ConfigurationError for a method or a target that would end the request line
 */
export function requestText(
  method: string,
  target: string,
  fields: string,
  body: string | undefined,
): RequestText {
  if (!/^[A-Z]+$/.test(method)) throw notAskable([problem('method', 'is no method of HTTP')]);
  if (!/^[!-~]+$/.test(target)) throw notAskable([problem('path', 'holds what has to be encoded')]);
  const framing = body === undefined ? (emptyBodies.get(method) ?? '') : lengthText(Buffer.byteLength(body));
  return { method, head: `${method} ${target} HTTP/1.1\r\n${fields}${framing}\r\n`, body };
}

const lengthText = (bytes: number): string => `content-length: ${bytes}\r\n`;

/** Of methods that mostly have a body it has to be said that there is none (RFC 9110, 8.6): proxies answer 411. */
const emptyBodies: ReadonlyMap<string, string> = new Map(
  ['POST', 'PUT', 'PATCH'].map((method) => [method, lengthText(0)]),
);

/**
 * Writes a header field, with its line end.
 *
 * @throws ConfigurationError for one that would be more than one, without its value
 */
export function fieldText(name: string, value: string): string {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw notAskable([problem('headers', 'holds a name or a value that no header field may have')]);
  }
  return `${name}: ${value}\r\n`;
}
