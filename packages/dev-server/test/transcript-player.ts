import { readdirSync, readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Bindings, textFits, valueProblems } from './transcript-matcher.js';

/** What is sent; at most one of the three bodies. */
interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bodyText?: string;
  readonly bodyFill?: {
    readonly prefix: string;
    readonly repeat: string;
    readonly count: number;
    readonly suffix: string;
  };
}

/** What a real Vault answered. */
interface RecordedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bodyText?: string;
  readonly bodyContains?: readonly string[];
}

interface Step {
  readonly waitMs?: number;
  readonly partial?: boolean;
  readonly request: RecordedRequest;
  readonly response: RecordedAnswer;
}

/** A recorded sequence of requests and answers. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly server?: string;
  readonly steps: readonly Step[];
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** All transcripts, in order of name. */
export function loadScenarios(): readonly Scenario[] {
  const folder = new URL('./transcripts/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name): Scenario => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
}

/** Sends the path exactly as it is, on a connection of its own. */
function exchange(
  address: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Promise<Answer> {
  const { hostname, port } = new URL(address);
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers: { ...headers, ...length }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function bodyOf(recorded: RecordedRequest, bindings: Bindings): string | undefined {
  if (recorded.bodyFill !== undefined) {
    const { prefix, repeat, count, suffix } = recorded.bodyFill;
    return prefix + repeat.repeat(count) + suffix;
  }
  if (recorded.bodyText !== undefined) return bindings.fill(recorded.bodyText);
  // Placeholders stand for texts without quotes and backslashes, so that they can be filled in as text.
  return 'body' in recorded ? bindings.fill(JSON.stringify(recorded.body)) : undefined;
}

function bodyProblems(step: Step, answer: Answer, bindings: Bindings): string[] {
  const { body, bodyText, bodyContains = [] } = step.response;
  const missing = bodyContains
    .map((fragment) => bindings.fill(fragment))
    .filter((fragment) => !answer.text.includes(fragment))
    .map((fragment) => `body: does not contain ${fragment}`);
  if (bodyText !== undefined && !textFits(bodyText, answer.text, bindings)) {
    return [...missing, `body: ${answer.text.slice(0, 300)} instead of ${bodyText}`];
  }
  if (!('body' in step.response)) return missing;
  try {
    const actual: unknown = JSON.parse(answer.text);
    return [...missing, ...valueProblems(body, actual, 'body', bindings, step.partial ?? false)];
  } catch {
    return [...missing, `body: not JSON: ${answer.text.slice(0, 300)}`];
  }
}

async function playStep(step: Step, address: string, bindings: Bindings): Promise<string[]> {
  if (step.waitMs !== undefined) await wait(step.waitMs);
  const { method, path, headers = {} } = step.request;
  const filled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, bindings.fill(value)]),
  );
  const answer = await exchange(address, method, bindings.fill(path), filled, bodyOf(step.request, bindings));
  const status =
    answer.status === step.response.status
      ? []
      : [`status: ${answer.status} instead of ${step.response.status}`];
  const wrongHeaders = Object.entries(step.response.headers ?? {}).flatMap(([name, recorded]) => {
    const actual = answer.headers[name];
    return typeof actual === 'string' && textFits(recorded, actual, bindings)
      ? []
      : [`header ${name}: ${String(actual)} instead of ${recorded}`];
  });
  return [...status, ...bodyProblems(step, answer, bindings), ...wrongHeaders];
}

/**
 * Plays a scenario against a server. All steps are sent even after one differed, so that it cleans up.
 *
 * @returns every difference; none where the server answered as Vault did
 */
export async function playScenario(
  scenario: Scenario,
  address: string,
  rootToken: string,
): Promise<string[]> {
  const bindings = new Bindings(Math.random().toString(36).slice(2, 8).padEnd(6, 'x'), rootToken);
  const problems: string[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const { method, path } = step.request;
    const found = await playStep(step, address, bindings);
    problems.push(...found.map((problem) => `step ${index + 1}, ${method} ${path}: ${problem}`));
  }
  return problems;
}
