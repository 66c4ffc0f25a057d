/** What came over a connection is not HTTP, or not such as a client may believe. Nothing of it is in the error. */
export class HttpFault extends Error {
  readonly code: HttpFaultCode;

  constructor(code: HttpFaultCode) {
    super(code);
    this.code = code;
  }
}

export type HttpFaultCode =
  /** It does not begin as an answer of HTTP/1 does. */
  | 'HTTP_BAD_STATUS_LINE'
  /** A header field that is not written as one, or that is folded. */
  | 'HTTP_BAD_HEADER'
  /** More than 16 KiB of header fields. */
  | 'HTTP_LONG_HEADER'
  /** Where the body ends is not said, or said in two ways. */
  | 'HTTP_BAD_LENGTH'
  /** A chunk without its length, or longer than it says. */
  | 'HTTP_BAD_CHUNK'
  /** A switch to a protocol that nobody asked for. */
  | 'HTTP_UPGRADE';
