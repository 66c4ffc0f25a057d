import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { createResolver, defineSettings, plain, secret } from '../src/index.js';
import { memorySource } from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['test'],
  settings: {
    PASSWORD: secret('database/password', z.string()),
    LEVEL: plain(z.string(), { default: 'info' }),
  },
});
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const resolver of opened.splice(0)) await resolver.close();
});

function open() {
  const source = memorySource('store', { PASSWORD: 'one' });
  const resolver = createResolver(definition, {
    environment: 'test',
    sources: [source],
    refreshEveryMs: false,
  });
  opened.push(resolver);
  const reads: string[] = [];
  const observe = () => resolver.observeReads((name) => () => void reads.push(name));
  return { resolver, source, reads, observe };
}

test('every read of a secret is told of, and of nothing else', async () => {
  const { resolver, source, reads, observe } = open();
  observe();
  const settings = await resolver.load();
  expect(reads).toEqual([]);
  expect([settings.PASSWORD, settings.LEVEL, settings.PASSWORD]).toEqual(['one', 'info', 'one']);
  expect(reads).toEqual(['PASSWORD', 'PASSWORD']);
  source.set('PASSWORD', 'two');
  expect((await resolver.refresh()).PASSWORD).toBe('two');
  expect(reads).toHaveLength(3);
  const binding = await resolver.bind(['PASSWORD'], ({ PASSWORD }) => PASSWORD);
  expect(reads).toHaveLength(4);
  await binding.close();
});

test('reads cost nothing again when nobody listens any more', async () => {
  const { resolver, reads, observe } = open();
  await resolver.load();
  const [first, second] = [observe(), observe()];
  const watched = resolver.current();
  watched.PASSWORD;
  expect(reads).toHaveLength(2);
  first();
  first();
  resolver.current().PASSWORD;
  expect(reads).toHaveLength(3);
  second();
  watched.PASSWORD;
  expect(reads).toHaveLength(3);
  const secrets = Object.getPrototypeOf(resolver.current());
  expect(Object.getOwnPropertyDescriptor(secrets, 'PASSWORD')).toHaveProperty('value', 'one');
});

test('a listener that throws disturbs neither the reader nor the other listeners', async () => {
  const { resolver, reads, observe } = open();
  resolver.observeReads(() => () => {
    throw new Error('no');
  });
  observe();
  await resolver.load();
  const caught = vi.spyOn(process, 'nextTick').mockImplementation(() => {});
  expect(resolver.current().PASSWORD).toBe('one');
  expect(caught).toHaveBeenCalledOnce();
  expect(caught.mock.calls[0]?.[0]).toThrow('no');
  caught.mockRestore();
  expect(reads).toEqual(['PASSWORD']);
});

test('one that gives no reader is told of nothing, and keeps no snapshot from being made', async () => {
  const { resolver, reads, observe } = open();
  await resolver.load();
  observe();
  const caught = vi.spyOn(process, 'nextTick').mockImplementation(() => {});
  resolver.observeReads(() => {
    throw new Error('no');
  });
  expect(caught.mock.calls[0]?.[0]).toThrow('no');
  caught.mockRestore();
  expect(resolver.current().PASSWORD).toBe('one');
  expect(reads).toEqual(['PASSWORD']);
});

test('a report of a refresh says which sources were asked, about how much, and when', async () => {
  const { resolver } = open();
  const asked: unknown[] = [];
  resolver.events.on('refresh', (report) => asked.push(report.asked));
  await resolver.load();
  const times = { startedAt: expect.any(Number), durationMs: expect.any(Number) };
  expect(asked).toEqual([
    [
      { source: 'store', settings: 2, ...times },
      { source: 'defaults', settings: 2, ...times },
    ],
  ]);
});
