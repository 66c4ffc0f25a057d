import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createResolver, defineSettings, plain, type Resolver, secret } from '@strongroom/core';
import { type AuditRecord, auditTrail } from '@strongroom/core/audit';
import { canarySecret, expectNoCanary, memorySource } from '@strongroom/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { receiveSettings, shareSettings } from '../src/threads/index.js';
import { endPrograms, inline, runNode } from './node-program.js';
import { shop } from './programs/shop.mjs';
import { endReaders, startChild, startThread } from './reader.js';

const [token, password] = [canarySecret(), canarySecret()];
const program = (name: string) => new URL(`./programs/${name}.mjs`, import.meta.url);
/** Of a busy machine. */
const inTime = { timeout: 20_000 };
let settings: Resolver<(typeof shop)['settings']>;
const begun = new Set<Worker | ChildProcess>();
beforeEach(async () => {
  const source = memorySource('vault', { TOKEN: token, PASSWORD: password, PORT: '9000' });
  settings = createResolver(shop, { environment: 'production', sources: [source], refreshEveryMs: false });
  await settings.load();
});
afterEach(async () => {
  await settings.close();
  await endReaders();
  endPrograms();
  for (const target of begun) await ('terminate' in target ? target.terminate() : target.kill('SIGKILL'));
  begun.clear();
});

const startWorker = (name: string, workerData: unknown = undefined) => {
  const worker = new Worker(program(name), { workerData, env: {} });
  begun.add(worker);
  return worker;
};
const startFork = (name: string, args: readonly string[] = []) => {
  const child = fork(fileURLToPath(program(name)), args, { env: {}, execArgv: [] });
  begun.add(child);
  return child;
};

describe('messages of the application', () => {
  test('that wait for it are not taken away: in a thread', async () => {
    const worker = startWorker('queue');
    shareSettings(settings, worker);
    for (const job of ['one', { two: 2 }, 'end']) worker.postMessage(job);
    const answers: unknown[] = [];
    worker.on('message', (message) => answers.push(message));
    expect(await once(worker, 'exit')).toEqual([0]);
    expect(answers).toContainEqual({ jobs: ['one', { two: 2 }, 'end'], port: 9000 });
  });

  test('that wait for it are not taken away: in a child process', async () => {
    const child = startFork('queue');
    shareSettings(settings, child);
    for (const job of ['one', { two: 2 }, 'end']) child.send(job);
    const answers: unknown[] = [];
    child.on('message', (message) => answers.push(message));
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(answers).toContainEqual({ jobs: ['one', { two: 2 }, 'end'], port: 9000 });
  });

  test('that look like ours and are not change nothing', async () => {
    const { child, reader } = startChild();
    const [ask] = (await once(child, 'message')) as [{ id: string; key: string }];
    shareSettings(settings, child);
    await reader.received;
    const sealed = Buffer.alloc(64).toString('base64');
    for (const message of [
      null,
      7,
      'settings',
      [],
      { strongroom: 'settings' },
      { strongroom: 'settings', id: ask.id },
      { strongroom: 'settings', id: ask.id, key: 'none', sealed },
      { strongroom: 'settings', id: ask.id, key: ask.key, sealed: '' },
      { strongroom: 'settings', id: ask.id, key: ask.key, sealed },
      { strongroom: 'end', id: 'another' },
      { strongroom: '__proto__', id: ask.id },
    ]) {
      // Null is no message that can be sent.
      if (message !== null) child.send(message);
    }
    expect(await reader.ask('values')).toMatchObject({ TOKEN: token, PORT: 9000 });
    expect(await reader.ask('state')).toMatchObject({ status: 'ready' });
    expect(await reader.ask('changed')).toEqual([]);
  });
});

describe('whoever asks', () => {
  test('is handed nothing that was not allowed, however it asks', async () => {
    const names = Object.keys(shop.settings);
    const worker = startWorker('eavesdropper', [
      { strongroom: 'ask', application: 'shop', names: [...names, '__proto__', 'constructor', 'toString'] },
      { strongroom: 'ask', application: 'another', names },
      { strongroom: 'ask', application: 'shop', names: 'TOKEN' },
      { strongroom: 'ask', application: 'shop', names: [7] },
      { strongroom: 'ask', application: ['shop'], names },
      { strongroom: 'ask', names },
      { strongroom: 'give', application: 'shop', names },
    ]);
    shareSettings(settings, worker, { only: ['TOKEN', 'PORT'] });
    const texts: string[] = [];
    worker.on('message', (message: { text?: string }) => message.text && texts.push(message.text));
    await expect.poll(() => texts.length, inTime).toBeGreaterThan(0);
    await settings.refresh();
    await expect.poll(() => texts.length, inTime).toBe(2);
    const [first = '', second = ''] = texts;
    expect(first).toContain(JSON.stringify(token));
    expectNoCanary(password, first, second);
    // What has not changed is not handed over again.
    expectNoCanary(token, second);
    const handed = (JSON.parse(first) as { settings: { explanation: { name: string } }[] }).settings;
    expect(handed.map(({ explanation }) => explanation.name).sort()).toEqual(['PORT', 'TOKEN']);
  });

  test('as a process, with a key that is none, is not answered, and breaks nothing', async () => {
    const { child, reader } = startChild();
    const [ask] = (await once(child, 'message')) as [{ id: string; key: string }];
    const sent: unknown[] = [];
    shareSettings(settings, child);
    const send = child.send.bind(child);
    child.send = ((message: unknown, ...more: []) => {
      sent.push(message);
      return send(message as string, ...more);
    }) as typeof child.send;
    for (const message of [
      { ...ask, strongroom: 'ask', application: 'shop', names: [], key: '' },
      { ...ask, strongroom: 'ask', application: 'shop', names: [], key: 'AAAA' },
      { ...ask, strongroom: 'ask', application: 'shop', names: [], key: undefined },
      { ...ask, strongroom: 'ask', application: 'shop', names: [], id: 7 },
    ]) {
      child.emit('message', message);
    }
    expect(sent).toEqual([]);
    await reader.received;
    expect(await reader.ask('values')).toMatchObject({ TOKEN: token });
    expect(sent.length).toBeGreaterThan(0);
    for (const canary of [token, password]) expectNoCanary(canary, sent);
  });

  test('as a process, again and again before it is answered, is answered once', async () => {
    const { child, reader } = startChild();
    const asks: unknown[] = [];
    child.on('message', (message: { strongroom?: string }) => {
      if (message.strongroom === 'ask') asks.push(message);
    });
    await expect.poll(() => asks.length, inTime).toBeGreaterThan(2);
    const sent: unknown[] = [];
    const send = child.send.bind(child);
    child.send = ((message: unknown, ...more: []) => {
      sent.push(message);
      return send(message as string, ...more);
    }) as typeof child.send;
    shareSettings(settings, child);
    for (const ask of [...asks]) child.emit('message', ask);
    expect(sent).toHaveLength(1);
    await reader.received;
    expect(await reader.ask('changed')).toEqual([]);
  });

  test('as a process, and leaves, is given nothing more', async () => {
    const { child, reader } = startChild();
    shareSettings(settings, child);
    await reader.received;
    const left = new Promise<void>((resolve) => {
      child.on('message', (message: { strongroom?: string }) => {
        if (message.strongroom === 'leave') resolve();
      });
    });
    const sent: unknown[] = [];
    await reader.ask('leave');
    await left;
    child.send = ((message: unknown) => sent.push(message)) as never;
    await settings.refresh();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([]);
  });

  test('without end does not use memory without end', async () => {
    const worker = startWorker(
      'eavesdropper',
      Array.from({ length: 40 }, () => ({ strongroom: 'ask', application: 'shop', names: ['PORT'] })),
    );
    shareSettings(settings, worker);
    let texts = 0;
    worker.on('message', ({ text }: { text?: string }) => {
      if (text !== undefined) texts += 1;
    });
    await expect.poll(() => texts, inTime).toBe(40);
    await settings.refresh();
    await expect.poll(() => texts, inTime).toBe(56);
  });

  test('is a reader of the secrets that it is handed, for the audit trail', async () => {
    const records: AuditRecord[] = [];
    const trail = auditTrail(settings, { sink: (record) => void records.push(record) });
    const { worker, reader } = startThread({ receive: { only: ['TOKEN', 'PORT'] } });
    shareSettings(settings, worker);
    await reader.received;
    await settings.refresh();
    await trail.close();
    expect(records.filter(({ event }) => event === 'read')).toMatchObject([
      { setting: 'TOKEN', source: 'vault', count: 1 },
    ]);
  });
});

describe('whoever is handed nothing', () => {
  test('is told what is missing', async () => {
    const { reader } = startThread({ receive: { startDeadlineMs: 600 } });
    const { code, message } = await reader.failed;
    expect(code).toBe('SOURCE_UNAVAILABLE');
    expect(message).toBe(
      'The settings of shop were not handed over: no answer within 0.6 s. Call shareSettings(settings, worker) where ' +
        'this is started, with loaded settings of shop.',
    );
    expect(await reader.ended).toBe(0);
  });

  test('waits as long as it wants where that is said, and no time is none', async () => {
    const patient = startThread({ receive: { startDeadlineMs: Number.POSITIVE_INFINITY } });
    shareSettings(settings, patient.worker);
    await patient.reader.received;
    const { reader } = startThread({ receive: { startDeadlineMs: Number.NaN } });
    expect(await reader.failed).toMatchObject({ code: 'DEFINITION_INVALID' });
  });

  test('because the channel is closed, does not wait for it', async () => {
    const { child, reader } = startChild();
    await once(child, 'message');
    child.disconnect();
    // It cannot tell more than that.
    expect(await reader.ended).toBe(9);
  });

  test('because there is nobody who could, is told so at once', async () => {
    const { code, stdout, stderr } = await runNode(
      inline(`
        import { defineSettings, plain } from '@strongroom/core';
        import { receiveSettings } from '@strongroom/node/threads';
        const shop = defineSettings({ application: 'shop', environments: ['production'], settings: { PORT: plain() } });
        await receiveSettings(shop).catch(({ code, message }) => console.log(code, message));
      `),
    ).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      'DEFINITION_INVALID receiveSettings() is for a thread, or for a process that was started with a channel: ' +
        'use loadSettings() here\n',
    );
  });

  test('because it has another definition, is told where, and without the value', async () => {
    const other = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { TOKEN: secret('api/token'), PORT: plain() },
    });
    const source = memorySource('vault', { TOKEN: token, PORT: 'eighty' });
    const resolver = createResolver(other, {
      environment: 'production',
      sources: [source],
      refreshEveryMs: false,
    });
    await resolver.load();
    const { worker, reader } = startThread({ receive: { only: ['TOKEN', 'PORT'] } });
    shareSettings(resolver, worker);
    const { code, message, inspected } = await reader.failed;
    expect(code).toBe('SETTINGS_INVALID');
    expect(message).toContain('PORT: the value is not a number here, and was valid where it was handed over');
    for (const canary of [token, 'eighty']) expectNoCanary(canary, message, inspected);
    await resolver.close();
  });
});

test('a thread that neither closes its settings nor does anything else ends by itself', async () => {
  const worker = startWorker('silent');
  shareSettings(settings, worker);
  const messages: unknown[] = [];
  worker.on('message', (message) => messages.push(message));
  expect(await once(worker, 'exit')).toEqual([0]);
  expect(messages).toContain(9000);
});

test('options and names that there are not are errors', async () => {
  const { worker } = startThread();
  expect(() => shareSettings(settings, worker, { onyl: [] } as object)).toThrow('Was it meant to be only?');
  expect(() => shareSettings(settings, worker, { only: ['TOKN' as 'TOKEN'] })).toThrow(
    'TOKN, named for shareSettings()',
  );
  const stranger = receiveSettings(shop, { only: ['TOKN' as 'TOKEN'] });
  await expect(stranger).rejects.toThrow(
    'TOKN, named for receiveSettings(), is no setting: was it meant to be TOKEN?',
  );
  await expect(receiveSettings(shop, { onyl: [] } as object)).rejects.toThrow('Was it meant to be only?');
  await expect(receiveSettings({} as typeof shop)).rejects.toThrow('receiveSettings() wants a definition');
  expect(settings.events.eventNames()).toEqual([]);
});
