import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { type AuditRecord, auditEvents } from '../src/audit/index.js';
import { createResolver, defineSettings, type Health, type ResolverEvents, secret } from '../src/index.js';
import { observe } from '../src/opentelemetry/index.js';
import { metricTable } from '../src/opentelemetry/metric-table.js';
import { memorySource } from '../src/testing/index.js';

// The compiler holds these to the types: an event that is added is added here, and then to the page.
const events: Record<keyof ResolverEvents, true> = {
  ready: true,
  degraded: true,
  failed: true,
  change: true,
  refused: true,
  deleted: true,
  refresh: true,
  source: true,
  rollout: true,
  shadow: true,
  bindFailed: true,
  closed: true,
};
const healthFields: Record<keyof Health, true> = {
  status: true,
  since: true,
  live: true,
  ready: true,
  freshness: true,
  ageMs: true,
  failing: true,
  problems: true,
  deleted: true,
};
const recordFields: Record<keyof AuditRecord, true> = {
  time: true,
  sequence: true,
  application: true,
  environment: true,
  instance: true,
  event: true,
  outcome: true,
  setting: true,
  source: true,
  locator: true,
  version: true,
  versionBefore: true,
  count: true,
  code: true,
  reason: true,
  requestId: true,
  trigger: true,
  durationMs: true,
  ttlMs: true,
};

const page = await readFile(new URL('../../../docs/observability.md', import.meta.url), 'utf8');

/** The rows of the first table from there on whose first column has this head, without backticks. */
function rows(head: string, from = 0): readonly (readonly string[])[] {
  const lines = page.slice(from).split('\n');
  const start = lines.findIndex((line) => new RegExp(`^\\| ${head} +\\|`).test(line));
  expect(start, `a table that begins with ${head}`).toBeGreaterThan(0);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
const firstOf = (head: string) => rows(head).map(([first]) => first);

const open = () => {
  const definition = defineSettings({
    application: 'shop',
    environments: ['test'],
    settings: { PASSWORD: secret('database/password', z.string()) },
  });
  const source = memorySource('store', { PASSWORD: 'one' });
  return createResolver(definition, { environment: 'test', sources: [source], refreshEveryMs: false });
};

test('the page names every event, and its channel', async () => {
  expect(firstOf('event')).toEqual(Object.keys(events));
  for (const [event, , name] of rows('event')) expect(name).toBe(`strongroom:${event}`);
  const heard: string[] = [];
  const listener = (_: unknown, name: string | symbol) => void heard.push(String(name));
  const channels = rows('event').map(([, , name]) => name ?? '');
  for (const name of channels) subscribe(name, listener);
  const resolver = open();
  await resolver.load();
  await resolver.close();
  for (const name of channels) {
    unsubscribe(name, listener);
    expect(channel(name).hasSubscribers).toBe(false);
  }
  expect(heard).toEqual(['strongroom:refresh', 'strongroom:ready', 'strongroom:closed']);
});

test('the page names every field of health', () => {
  expect(firstOf('field')).toEqual(Object.keys(healthFields));
  const resolver = open();
  expect(Object.keys(resolver.health())).toEqual(Object.keys(healthFields));
});

test('the page names every field and event of a record, and its example has no other', () => {
  expect(rows('field', page.indexOf('### Records')).map(([name]) => name)).toEqual(Object.keys(recordFields));
  expect(firstOf('record')).toEqual(auditEvents);
  const [, example = ''] = /```json\n(.*)\n```/.exec(page) ?? [];
  expect(Object.keys(JSON.parse(example)).filter((field) => !(field in recordFields))).toEqual([]);
});

test('the page names every metric, its unit and what it says', () => {
  const expected = Object.entries(metricTable).map(([name, { unit, description }]) => [
    name,
    unit,
    description,
  ]);
  expect(
    rows('metric').map(([name, , unit, , words = '']) => [
      name,
      unit,
      words.replace(/ With reads: true only\.$/, ''),
    ]),
  ).toEqual(expected);
});

test('the page names every span', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const resolver = open();
  observe(resolver, { tracer: provider.getTracer('test') });
  await resolver.load();
  await resolver.refresh();
  await resolver.close();
  const names = new Set(exporter.getFinishedSpans().map(({ name }) => name));
  expect(firstOf('span').toSorted()).toEqual([...names].toSorted());
  await provider.shutdown();
});

test('the probes of the page answer as the health says', async () => {
  const [, block = ''] = /```js\n(import \{ createServer \}.*?)```/s.exec(page) ?? [];
  const url = `data:text/javascript,${encodeURIComponent(block)}`;
  const { probes } = (await import(/* @vite-ignore */ url)) as {
    probes: (resolver: { health(): Health }) => Server;
  };
  const resolver = open();
  const server = probes(resolver).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const statuses = async () => {
    const answers = ['/livez', '/readyz', '/'].map((path) => fetch(`http://127.0.0.1:${port}${path}`));
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  try {
    expect(await statuses()).toEqual([200, 503, 404]);
    await resolver.load();
    expect(await statuses()).toEqual([200, 200, 404]);
    await resolver.close();
    expect(await statuses()).toEqual([503, 503, 404]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
