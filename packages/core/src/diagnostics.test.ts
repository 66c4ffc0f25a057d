import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';

const who = { application: 'shop', environment: 'test' };
const report = { outcome: 'changed' } as never;
const state = { status: 'ready' } as never;

/** The module as a process has it that has published nothing yet. */
async function untouched() {
  vi.resetModules();
  return import('./diagnostics.js');
}

function heard(): string[] {
  const names: string[] = [];
  for (const event of ['refresh', 'ready', 'change']) {
    channel(`strongroom:${event}`).subscribe((_, name) => names.push(String(name)));
  }
  return names;
}

test('the events of a start are published a turn later, in order', async () => {
  const { publish } = await untouched();
  const names = heard();
  publish('refresh', who, [report]);
  publish('ready', who, [state]);
  expect(names).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(names).toEqual(['strongroom:refresh', 'strongroom:ready']);
  publish('ready', who, [state]);
  expect(names).toHaveLength(3);
});

test('any other event is published at once, and those that wait before it', async () => {
  const { publish } = await untouched();
  const names = heard();
  publish('refresh', who, [report]);
  publish('change', who, [[]]);
  expect(names).toEqual(['strongroom:refresh', 'strongroom:change']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(names).toHaveLength(2);
});

test('whoever subscribes late is told, whatever was collected meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { publish } = await untouched();
  publish('deleted', who, [[]]);
  await delay(1);
  collect();
  const names: string[] = [];
  const listener = (_: unknown, name: string | symbol) => names.push(String(name));
  subscribe('strongroom:deleted', listener);
  // What follows on a collection has its turn.
  for (let turn = 0; turn < 3; turn++) await delay(1);
  publish('deleted', who, [[]]);
  unsubscribe('strongroom:deleted', listener);
  expect(names).toEqual(['strongroom:deleted']);
});
