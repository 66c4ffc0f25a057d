import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import { PassThrough } from 'node:stream';
import { systemClock } from '@strongroom/core';
import { expect, test } from 'vitest';
import { Session } from '../session.js';
import { ChildRun } from './child-run.js';

/** A command of node that is run, and what happens to it. */
class Running {
  readonly child: ChildRun;
  starts = 0;
  printed = '';
  readonly #signals = new EventEmitter();

  /**
   * @param happens `start 0`, `start 1`: while the environment of that start is waited for, when no child is there; by
   *   any other name when the child prints that
   */
  constructor(
    program: string,
    happens: Readonly<Record<string, (running: Running) => void>>,
    { terminal = false } = {},
  ) {
    const stdout = new PassThrough().setEncoding('utf8').on('data', (text: string) => {
      this.printed += text;
      happens[text.trim()]?.(this);
    });
    const io = {
      stdin: Object.assign(new PassThrough().end(), { isTTY: terminal }),
      stdout,
      stderr: new PassThrough().resume(),
      env: {},
      cwd: process.cwd(),
      clock: systemClock,
      onSignal: (signal: NodeJS.Signals, listener: () => void) => {
        this.#signals.on(signal, listener);
        return () => this.#signals.off(signal, listener);
      },
    };
    const session = new Session(io, {}, new AbortController().signal, () => undefined);
    this.child = new ChildRun(session, [process.execPath, '-e', program], async () => {
      const start = this.starts++;
      happens[`start ${start}`]?.(this);
      return { START: String(start) };
    });
  }

  /** Sends the signal to the one who runs the command. */
  signal(name: NodeJS.Signals): void {
    this.#signals.emit(name);
  }
}

const waiting = 'setInterval(() => {}, 1000);';
const polite = `
process.on('SIGTERM', () => process.exit(5));
setInterval(() => {}, 1000);
console.log('child ' + process.env.START);
`;
const restart = ({ child }: Running) => void child.restart();

test.each(['SIGUSR2', 'SIGHUP', 'SIGTERM'] as const)(
  '%s that comes before the first child is there reaches it',
  async (signal) => {
    const running = new Running(waiting, { 'start 0': () => running.signal(signal) });
    expect(await running.child.exitCode()).toBe(128 + constants.signals[signal]);
  },
);

test('so does Ctrl-C, which the terminal could send to no child then', async () => {
  const running = new Running(waiting, { 'start 0': () => running.signal('SIGINT') }, { terminal: true });
  expect(await running.child.exitCode()).toBe(130);
});

test('a signal that comes between two children reaches the second', async () => {
  const running = new Running(polite, { 'child 0': restart, 'start 1': () => running.signal('SIGUSR2') });
  expect(await running.child.exitCode()).toBe(128 + constants.signals.SIGUSR2);
  expect(running.starts).toBe(2);
});

test.each(['SIGINT', 'SIGQUIT', 'SIGTERM'] as const)(
  '%s between two children means that there is no second, and it ends as the first did',
  async (signal) => {
    const running = new Running(polite, { 'child 0': restart, 'start 1': () => running.signal(signal) });
    expect(await running.child.exitCode()).toBe(5);
    expect(running.printed).toBe('child 0\n');
  },
);

test('what was asked to end is not started again', async () => {
  const slow = `
    process.on('SIGTERM', () => console.log('asked'));
    process.on('SIGUSR2', () => process.exit(6));
    setInterval(() => {}, 1000);
    console.log('up');
  `;
  let restarted: boolean | undefined;
  const running = new Running(slow, {
    up: () => running.signal('SIGTERM'),
    asked() {
      restarted = running.child.restart();
      running.signal('SIGUSR2');
    },
  });
  expect(await running.child.exitCode()).toBe(6);
  expect(restarted).toBe(false);
  expect(running.starts).toBe(1);
});
