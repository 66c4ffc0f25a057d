import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Clock } from '@strongroom/core';
import { systemClock } from '@strongroom/core';
import { type Io, run } from '../../src/index.js';
import { remember } from './leak-check.js';

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What comes in on standard input. */
  readonly stdin?: string;
  readonly clock?: Clock;
  /** Whether standard error and input look like a terminal. */
  readonly terminal?: boolean;
  /** Whether requests and stacks are shown too, where a leak would be. @default true */
  readonly debug?: boolean;
}

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON. */
  json<T = unknown>(): T;
}

/** A call that is under way. */
export interface CliCall {
  readonly result: Promise<CliResult>;
  /** Sends the command a signal. */
  signal(name: NodeJS.Signals): void;
  /** Types something. */
  type(text: string): void;
  /** What it has printed so far. */
  printed(): { readonly stdout: string; readonly stderr: string };
  /** Settles when the text was printed on either stream. */
  saw(text: string | RegExp): Promise<void>;
}

/** Begins a call of the command, with all that it prints kept for the search for secrets. */
export function callCli(argv: readonly string[], options: CliOptions): CliCall {
  const { env = {}, cwd, clock = systemClock, terminal = false, debug = true } = options;
  const signals = new EventEmitter();
  const watchers = new Set<() => void>();
  const capture = () => {
    const stream = Object.assign(new PassThrough(), terminal ? { isTTY: true, columns: 160 } : {});
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      for (const look of watchers) look();
    });
    return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
  };
  const [stdout, stderr] = [capture(), capture()];
  const stdin = Object.assign(
    new PassThrough(),
    terminal ? { isTTY: true, setRawMode: () => undefined } : {},
  );
  if (options.stdin !== undefined || !terminal) stdin.end(options.stdin ?? '');
  const io: Io = {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { NO_COLOR: '1', ...(debug ? { STRONGROOM_DEBUG: '1' } : {}), ...env },
    cwd,
    clock,
    onSignal(signal, listener) {
      signals.on(signal, listener);
      return () => signals.off(signal, listener);
    },
  };
  const finished = run(argv, io).then(async (exitCode) => {
    await new Promise((resolve) => setImmediate(resolve));
    const [out, err] = [stdout.text(), stderr.text()];
    remember({ argv, stdout: out, stderr: err, reveals: argv.includes('--reveal') });
    return { exitCode, stdout: out, stderr: err, json: <T>() => JSON.parse(out) as T };
  });
  return {
    result: finished,
    signal: (name) => void signals.emit(name),
    type: (text) => void stdin.write(text),
    printed: () => ({ stdout: stdout.text(), stderr: stderr.text() }),
    saw: (text) =>
      new Promise((resolve) => {
        const look = () => {
          const all = stdout.text() + stderr.text();
          if (typeof text === 'string' ? !all.includes(text) : !text.test(all)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}

/** Calls the command and waits for its end. */
export const cli = (argv: readonly string[], options: CliOptions): Promise<CliResult> =>
  callCli(argv, options).result;
