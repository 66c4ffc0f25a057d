import { once } from 'node:events';
import { connect } from 'node:net';

/** What is sent over one connection before an answer has come: a server takes them all, and answers in their order. */
const requestsOfOneConnection = 100;

/**
 * Sends requests so that all of them are under way at once, without a socket for each.
 *
 * @param count a multiple of 100
 * @returns how often each answer came: its status and its text
 */
export async function requestsAtOnce(url: string, count: number): Promise<ReadonlyMap<string, number>> {
  const answers = new Map<string, number>();
  const connections = Array.from({ length: count / requestsOfOneConnection }, () => answersOf(url));
  for (const answer of (await Promise.all(connections)).flat()) {
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  return answers;
}

async function answersOf(url: string): Promise<readonly string[]> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  const request = (last: boolean) =>
    `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
  const all = Array.from({ length: requestsOfOneConnection }, (_, index) =>
    request(index === requestsOfOneConnection - 1),
  );
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.write(all.join(''));
  await once(socket, 'close');
  return answersIn(text);
}

function answersIn(text: string): readonly string[] {
  const answers: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n') + 4;
    const head = rest.slice(0, end);
    const length = Number(/^content-length: (\d+)\r$/im.exec(head)?.[1]);
    if (end < 4 || Number.isNaN(length))
      throw new Error('An answer was cut off, or does not say how long it is');
    answers.push(`${head.slice(9, 12)} ${rest.slice(end, end + length)}`);
    rest = rest.slice(end + length);
  }
  return answers;
}
