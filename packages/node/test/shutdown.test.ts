import type { StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { createResolver, defineSettings, plain } from '@strongroom/core';
import { afterEach, describe, expect, test } from 'vitest';
import { shutdownOn } from '../src/shutdown/index.js';
import { endPrograms, inline, type NodeProgram, runNode } from './node-program.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { LEVEL: plain() },
});
const makeSettings = () => createResolver(definition, { environment: 'production', sources: [] });
const listeners = () => ['SIGTERM', 'SIGINT'].map((name) => process.listenerCount(name));

afterEach(endPrograms);

/** A program with settings of which it tells the end, and then what is given. */
const program = (source: string, stdio: StdioOptions = ['ignore', 'pipe', 'pipe']): NodeProgram =>
  runNode(
    inline(`
      import { createServer } from 'node:http';
      import { defineSettings, plain } from '@strongroom/core';
      import { loadSettings } from '@strongroom/node';
      import { shutdownOn } from '@strongroom/node/shutdown';
      const definition = defineSettings({
        application: 'shop',
        environments: ['development'],
        settings: { LEVEL: plain() },
      });
      const settings = await loadSettings(definition);
      settings.events.on('closed', () => console.log('settings are closed'));
      process.on('exit', (code) => console.log('exit ' + code));
      const logger = { debug() {}, info() {}, warn: (details, text) => console.log(details.code, text), error() {} };
      ${source}
    `),
    { env: { LEVEL: 'info' }, stdio },
  );

// Windows has no signals to send.
describe.skipIf(process.platform === 'win32')('at a signal', () => {
  test('everything is closed in order, the settings last, and the process ends by itself with 0', async () => {
    const { child, printed, ended } = program(`
      const late = async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        console.log('function');
      };
      class Queue { async close() { console.log('queue'); } }
      class Pool { end() { console.log('pool'); } }
      class Disposable { async [Symbol.asyncDispose]() { console.log('disposable'); } close() { console.log('no'); } }
      const begun = shutdownOn(['SIGTERM', 'SIGINT'], {
        settings,
        close: [late, new Queue(), new Pool(), new Disposable()],
        deadlineMs: 60_000,
        logger,
      });
      const work = setInterval(() => {}, 1000);
      begun.addEventListener('abort', () => { console.log(begun.reason.name); clearInterval(work); });
      console.log('up');
    `);
    await printed('up');
    child.kill('SIGTERM');
    expect(await ended).toEqual({
      code: 0,
      signal: null,
      stdout: 'up\nAbortError\nfunction\nqueue\npool\ndisposable\nsettings are closed\nexit 0\n',
      stderr: '',
    });
  });

  test('a server answers what is under way, waits for no idle connection, and takes no more', async () => {
    const { child, printed, ended } = program(`
      const waiting = [];
      const server = createServer((request, response) => {
        if (request.url === '/') return response.end('at once');
        waiting.push(response);
        console.log('waiting');
      });
      // Twice as long as a test may take.
      server.keepAliveTimeout = 120_000;
      const begun = shutdownOn(['SIGTERM'], { settings, close: [server], deadlineMs: 60_000, logger });
      begun.addEventListener('abort', () => setTimeout(() => {
        for (const response of waiting) response.end('answered');
      }, 100));
      server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port + ' '));
    `);
    const port = Number(/port (\d+) /.exec(await printed(' \n'))?.[1]);
    const agent = new Agent({ keepAlive: true });
    const ask = async (path: string) => {
      const [response] = (await once(get({ port, path, agent, host: '127.0.0.1' }), 'response')) as [
        IncomingMessage,
      ];
      return (await response.setEncoding('utf8').toArray()).join('');
    };
    expect(await ask('/')).toBe('at once');
    const slow = ask('/slow');
    await printed('waiting');
    child.kill('SIGTERM');
    expect(await slow).toBe('answered');
    expect(await ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/settings are closed\nexit 0\n$/),
    });
    await expect(ask('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    agent.destroy();
  });

  test('a request that comes over a connection that is still busy is answered, and told that it is the last', async () => {
    const { child, printed, ended } = program(`
      const server = createServer((request, response) => response.end('answered'));
      const begun = shutdownOn(['SIGTERM'], { settings, close: [server], deadlineMs: 60_000, logger });
      begun.addEventListener('abort', () => console.log('closing'));
      server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port + ' '));
    `);
    const port = Number(/port (\d+) /.exec(await printed(' \n'))?.[1]);
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    const request = 'GET / HTTP/1.1\r\nHost: shop\r\n';
    // A client that goes on asking: the second one has begun when the signal comes.
    socket.write(`${request}\r\n${request}`);
    expect(await once(socket, 'data')).toEqual([expect.stringContaining('Connection: keep-alive')]);
    child.kill('SIGTERM');
    await printed('closing');
    socket.write('\r\n');
    expect((await socket.toArray()).join('')).toMatch(/^HTTP\/1\.1 200 OK\r\n(.+\r\n)*Connection: close\r\n/);
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/exit 0\n$/) });
  });

  test('what cannot be closed keeps nothing else open, and the exit code says so', async () => {
    const { child, printed, ended } = program(`
      class Pool { async end() { throw Object.assign(new RangeError('postgres://me:pw@host'), { code: 'E_POOL' }); } }
      shutdownOn(['SIGTERM'], { settings, close: [new Pool(), createServer(), () => console.log('next')], logger });
      const work = setInterval(() => {}, 1000);
      settings.events.on('closed', () => clearInterval(work));
      console.log('up');
    `);
    await printed('up');
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(stdout).toBe(
      'up\nSHUTDOWN_INCOMPLETE Pool could not be closed: RangeError E_POOL\nnext\nsettings are closed\nexit 1\n',
    );
    expect(code).toBe(1);
  });

  test('a channel to the process that started it, as workers of a cluster have one, does not hold it', async () => {
    const { child, printed, ended } = program(
      `
      process.on('message', () => {});
      shutdownOn(['SIGTERM'], { settings, deadlineMs: 5_000, logger });
      console.log('up');
    `,
      ['ignore', 'pipe', 'pipe', 'ipc'],
    );
    await printed('up');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stdout: 'up\nsettings are closed\nexit 0\n' });
  });

  test('what takes too long is cut off at the deadline, and is named', async () => {
    const { child, printed, ended } = program(`
      class Queue { close() { return new Promise(() => {}); } }
      setInterval(() => {}, 1000);
      shutdownOn(['SIGTERM'], { settings, close: [new Queue()], deadlineMs: 50 });
      console.log('up');
    `);
    await printed('up');
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toContain(
      '[SHUTDOWN_LATE] StrongroomWarning: The shutdown took longer than 0.05 s: Queue is not closed',
    );
  });

  test('what still keeps the process alive then is named too, and all else was closed', async () => {
    const { child, printed, ended } = program(`
      setInterval(() => {}, 1000);
      shutdownOn(['SIGTERM'], { settings, deadlineMs: 50, logger });
      console.log('up');
    `);
    await printed('up');
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/everything is closed, but something keeps the process alive: .*Timeout/);
  });

  test('a process that ends before everything is closed does not end well', async () => {
    const { child, printed, ended } = program(`
      const work = setInterval(() => {}, 1000);
      shutdownOn(['SIGTERM'], { settings, close: [() => { clearInterval(work); return new Promise(() => {}); }] });
      console.log('up');
    `);
    await printed('up');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 1, stdout: 'up\nexit 1\n' });
  });

  test('a second one ends it at once', async () => {
    const { child, printed, ended } = program(`
      const hang = () => { console.log('hangs'); return new Promise(() => {}); };
      setInterval(() => {}, 1000);
      shutdownOn(['SIGTERM', 'SIGINT'], { settings, close: [hang], deadlineMs: 60_000 });
      console.log('up');
    `);
    await printed('up');
    child.kill('SIGTERM');
    await printed('hangs');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stdout: 'up\nhangs\nexit 130\n' });
  });

  test.each([
    [
      'at once is the one that the terminal sent, passed on by whoever started it',
      0,
      'closed\nsettings are closed\nexit 0\n',
    ],
    ['later ends it', 500, 'exit 130\n'],
  ])('the same one again %s', async (_, laterMs, end) => {
    const { child, printed, ended } = program(`
      import { systemClock } from '@strongroom/core';
      // Time goes on with each signal alone.
      let now = -${laterMs};
      const clock = { now: () => (now += ${laterMs}), after: systemClock.after };
      const close = async () => {
        console.log('closes');
        await new Promise((resolve) => process.once('SIGUSR2', resolve));
        console.log('closed');
      };
      shutdownOn(['SIGINT'], { settings, close: [close], deadlineMs: 60_000, clock });
      process.on('SIGINT', () => console.log('heard'));
      const work = setInterval(() => {}, 1000);
      settings.events.on('closed', () => clearInterval(work));
      console.log('up');
    `);
    await printed('up');
    child.kill('SIGINT');
    await printed('heard');
    child.kill('SIGINT');
    if (laterMs === 0) {
      await printed('heard\nheard');
      // Not sent to one that is to end: two signals at once may come in any order.
      child.kill('SIGUSR2');
    }
    const { stdout } = await ended;
    expect(stdout.endsWith(end)).toBe(true);
  });

  test('the exit code that the application chose stays', async () => {
    const { child, printed, ended } = program(`
      process.exitCode = 4;
      const work = setInterval(() => {}, 1000);
      shutdownOn(['SIGTERM'], { settings, close: [() => clearInterval(work)] });
      console.log('up');
    `);
    await printed('up');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(4);
  });
});

test('a process that ends without a signal is not held up, and is as it was', async () => {
  const { ended } = program(`shutdownOn(['SIGTERM'], { settings }); console.log('done');`);
  expect(await ended).toMatchObject({ code: 0, stdout: 'done\nexit 0\n' });
});

test('nobody listens any longer when the application has closed the settings itself', async () => {
  const before = listeners();
  const settings = makeSettings();
  const begun = shutdownOn(['SIGTERM', 'SIGINT'], { settings });
  expect(listeners()).toEqual(before.map((count) => count + 1));
  await settings.close();
  expect(listeners()).toEqual(before);
  expect(begun.aborted).toBe(false);
  shutdownOn(['SIGTERM', 'SIGINT'], { settings });
  await Promise.resolve();
  expect(listeners()).toEqual(before);
});

test('a signal that nothing can listen to, and an option that there is not, are errors that leave nothing behind', async () => {
  await using settings = makeSettings();
  const before = listeners();
  expect(() => shutdownOn(['SIGTERM', 'SIGKILL'], { settings })).toThrow(
    '"SIGKILL": name another for shutdownOn()',
  );
  expect(() => shutdownOn(['SIGTREM' as 'SIGTERM'], { settings })).toThrow('"SIGTREM"');
  expect(() => shutdownOn(['SIGTERM'], { settings, deadline: 1 } as never)).toThrow(
    'Was it meant to be deadlineMs?',
  );
  expect(() => shutdownOn(['SIGTERM'], { settings, deadlineMs: 0 })).toThrow('deadlineMs');
  expect(listeners()).toEqual(before);
});
