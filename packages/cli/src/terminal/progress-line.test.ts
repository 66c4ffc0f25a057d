import { PassThrough } from 'node:stream';
import { systemClock } from '@strongroom/core';
import { expect, test } from 'vitest';
import type { Io } from './io.js';
import { Output } from './output.js';
import { ProgressLine } from './progress-line.js';

function lineOn(isTTY: boolean) {
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const io: Io = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr,
    env: {},
    cwd: '/',
    clock: systemClock,
    onSignal: () => () => undefined,
  };
  const output = new Output(io, false);
  return { line: new ProgressLine(output), output, text: () => String(stderr.read() ?? '') };
}

test('in a pipe it is a line for each tenth, and the last one', () => {
  const { line, text } = lineOn(false);
  for (let done = 0; done <= 250; done += 1) line.show('paths read:', done, 250);
  line.clear();
  const lines = text().trimEnd().split('\n');
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe('paths read: 250 of 250');
});

test('in a pipe little is told at its end only', () => {
  const { line, text } = lineOn(false);
  for (let done = 1; done <= 3; done += 1) line.show('paths read:', done, 3);
  expect(text()).toBe('paths read: 3 of 3\n');
});

test('on a terminal it is one line that is taken away at the end', () => {
  const { line, text } = lineOn(true);
  line.show('paths read:', 1, 2);
  expect(text()).toBe(`\r\u001b[2K${'█'.repeat(12)}${'░'.repeat(12)} paths read: 1 of 2`);
  line.clear();
  line.clear();
  expect(text()).toBe('\r\u001b[2K');
});

test('on a terminal it gives way to what is said meanwhile', () => {
  const { line, output, text } = lineOn(true);
  line.show('paths read:', 1, 2);
  text();
  output.note('debug Vault answered');
  output.note('debug Vault answered');
  expect(text()).toBe('\r\u001b[2Kdebug Vault answered\ndebug Vault answered\n');
});
