import type { ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { defineSettings, plain, type Resolver, secret } from '@strongroom/core';
import { expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { type LoadedSettings, loadSettings, type RunResult } from '../src/index.js';
import { type Closable, shutdownOn } from '../src/shutdown/index.js';
import { givenSettings, withSettings } from '../src/testing/index.js';
import { receiveSettings, shareSettings } from '../src/threads/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['development', 'production'],
  settings: {
    TOKEN: secret('api/token'),
    PORT: plain(z.int(), { default: 8000 }),
    SINCE: plain(z.date().optional()),
  },
});
declare const settings: LoadedSettings<typeof definition.settings>;
declare const child: ChildProcess;

test('a command is given settings that there are, and says how it ended', () => {
  expectTypeOf(settings.run('node', ['x.js'], { only: ['TOKEN'] })).resolves.toEqualTypeOf<RunResult>();
  expectTypeOf<RunResult>().toEqualTypeOf<{
    readonly exitCode: number;
    readonly signal: NodeJS.Signals | undefined;
  }>();
  // @ts-expect-error there is no such setting
  void settings.run('node', [], { only: ['TOKN'] });
  // @ts-expect-error there is nothing else to be started again for
  void settings.run('node', [], { restartOn: 'exit' });
  // @ts-expect-error a variable is text
  void settings.run('node', [], { env: { PORT: 1 } });
  const inherit = { PATH: '/bin', GONE: undefined };
  expectTypeOf(settings.childEnvironment({ only: ['PORT'], inherit })).resolves.toEqualTypeOf<
    Record<string, string>
  >();
  // @ts-expect-error there is no such setting
  void settings.childEnvironment({ only: ['TOKN'] });
  // @ts-expect-error that is of a command that is run here
  void settings.childEnvironment({ restartOn: 'change' });
});

test('a shutdown closes whatever can be closed', async () => {
  class Pool {
    async end(): Promise<void> {}
  }
  class Queue {
    async close(): Promise<void> {}
  }
  const things: Closable[] = [
    createServer(),
    createSocketServer(),
    new Pool(),
    new Queue(),
    await settings.bind(['TOKEN'], () => new Pool()),
    () => Promise.resolve(),
    () => {},
  ];
  expectTypeOf(shutdownOn(['SIGTERM'], { settings, close: things })).toEqualTypeOf<AbortSignal>();
  // @ts-expect-error no signal is called so
  shutdownOn(['SIGTREM'], { settings });
  // @ts-expect-error the settings are closed last, so they are needed
  shutdownOn(['SIGTERM'], { close: things });
  // @ts-expect-error nothing says how to close it
  shutdownOn(['SIGTERM'], { settings, close: [new Map()] });
});

test('a thread reads what it asked for, and is a resolver of it', async () => {
  const received = await receiveSettings(definition, { only: ['TOKEN', 'PORT'] });
  expectTypeOf(received.current().PORT).toBeNumber();
  expectTypeOf(received).toExtend<Resolver<Pick<typeof definition.settings, 'TOKEN' | 'PORT'>>>();
  // @ts-expect-error it was not asked for
  void received.current().SINCE;
  // @ts-expect-error there is no such setting
  void receiveSettings(definition, { only: ['TOKN'] });
  const all = await receiveSettings(definition);
  expectTypeOf(all.current().SINCE).toEqualTypeOf<Date | undefined>();
});

test('settings are shared with threads, processes and clusters, and further by whoever received them', async () => {
  const worker = new Worker('x.js');
  for (const target of [worker, child, cluster]) {
    expectTypeOf(shareSettings(settings, target, { only: ['TOKEN'] })).toEqualTypeOf<() => void>();
  }
  shareSettings(settings, cluster.fork());
  shareSettings(await receiveSettings(definition), worker, { only: ['PORT'] });
  // @ts-expect-error there is no such setting
  shareSettings(settings, worker, { only: ['TOKN'] });
  // @ts-expect-error nobody can be handed anything there
  shareSettings(settings, process);
});

test('a test gives values as the schema takes them, or as text', async () => {
  const values = { TOKEN: 'x', PORT: 1, SINCE: new Date() };
  expectTypeOf(withSettings(definition, values, async (given) => given.current().PORT)).resolves.toBeNumber();
  await withSettings(definition, { PORT: '1', SINCE: undefined }, (given) => {
    expectTypeOf(given).toExtend<LoadedSettings<typeof definition.settings>>();
    // @ts-expect-error no number
    void given.change({ PORT: true });
  });
  // @ts-expect-error there is no such setting
  await withSettings(definition, { TOKN: 'x' }, () => {});
  // @ts-expect-error there is no such environment
  await givenSettings(definition, {}, { environment: 'test' });
});

test('what is loaded is what can be shared, run and shut down', async () => {
  const loaded = await loadSettings(definition);
  shareSettings(loaded, cluster);
  shutdownOn(['SIGTERM'], { settings: loaded });
  expectTypeOf(loaded.run('node')).resolves.toHaveProperty('exitCode');
});
