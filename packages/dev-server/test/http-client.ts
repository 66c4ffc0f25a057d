import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** A request of a test. `token` becomes X-Vault-Token, `body` is sent as JSON. */
export interface TestRequest {
  readonly method?: string;
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON, undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly json: any;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Sends one request on a connection of its own, with the path as it is. */
export const send = (address: string, { body, ...wanted }: TestRequest): Promise<TestAnswer> =>
  sendText(address, body === undefined ? wanted : { ...wanted, text: JSON.stringify(body) });

/** The same with a body as it is. */
export function sendText(
  address: string,
  wanted: Omit<TestRequest, 'body'> & { readonly text?: string },
): Promise<TestAnswer> {
  const { hostname, port } = new URL(address);
  const body = wanted.text;
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        method: wanted.method ?? (body === undefined ? 'GET' : 'POST'),
        path: wanted.path,
        agent: false,
        headers: {
          ...(wanted.token === undefined ? {} : { 'X-Vault-Token': wanted.token }),
          ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
          ...wanted.headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
