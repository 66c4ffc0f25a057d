import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { administer } from '@strongroom/test-servers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createVault, type Vault } from '../../src/index.js';
import { settings, sourceContext } from './settings.js';

let server: DevServer;
let vault: Vault;
beforeEach(async () => {
  server = await startDevServer();
  await administer(server).mountKv('one', 1);
  server.clearRequests();
  vault = createVault({ address: server.address, token: server.rootToken, retries: 0 });
});
afterEach(async () => {
  await vault.close();
  await server.close();
});

const paths = () => {
  const seen = server.requests.map(({ method, path }) => `${method} ${path.slice('/v1/'.length)}`);
  server.clearRequests();
  return seen;
};
const question = (mount: string) => `GET sys/internal/ui/mounts/${mount}`;
const write = (path: string, data: object) => administer(server).call('POST', path, data);

test('what is found in KV version 2 costs one request', async () => {
  server.seed({ a: { x: 1 } });
  await vault.kv().read('a');
  await vault.kv().write('b', { x: 1 });
  await vault.kv().list();
  expect(paths()).toEqual(['GET secret/data/a', 'POST secret/data/b', 'GET secret/metadata/?list=true']);
});

test('an absent secret among others does not make a start ask', async () => {
  server.seed({ 'app/test/found': { x: 1 } });
  const asked = settings({ A: 'absent/x', B: 'found/x', C: 'absent-too/x' });
  const answers = await vault.source().lookup(asked, sourceContext);
  expect([...answers.values()].map(({ status }) => status).sort()).toEqual(['absent', 'absent', 'found']);
  expect(paths()).toHaveLength(3);
});

test('an absent secret alone makes it ask, once', async () => {
  expect(await vault.kv().read('absent')).toMatchObject({ reason: 'no-such-path' });
  expect(await vault.kv().read('absent')).toMatchObject({ reason: 'no-such-path' });
  expect(paths()).toEqual(['GET secret/data/absent', question('secret'), 'GET secret/data/absent']);
});

test('many reads of version 1 at one time ask once, and later ones not at all', async () => {
  await write('one/a', { x: 1 });
  await write('one/b', { x: 2 });
  const kv = vault.kv('one');
  paths();
  await Promise.all(['a', 'b', 'a', 'b', 'c'].map((path) => kv.read(path)));
  expect(paths().filter((path) => path === question('one'))).toHaveLength(1);
  await vault.kv('one').read('a');
  expect(paths()).toEqual(['GET one/a']);
});

test('who says that it is version 1 reads it with one request', async () => {
  await write('one/a', { x: 1 });
  paths();
  expect(await vault.kv('one', { version: 1 }).read('a')).toMatchObject({ data: { x: 1 } });
  expect(paths()).toEqual(['GET one/a']);
});

test('a wrong word about the version is corrected', async () => {
  server.seed({ a: { x: 1 } });
  await write('one/a', { x: 1 });
  expect(await vault.kv('secret', { version: 1 }).read('a')).toMatchObject({ data: { x: 1 }, version: 1 });
  expect(await vault.kv('one', { version: 2 }).read('a')).toMatchObject({ data: { x: 1 } });
});

test('a write goes to no path before the version is known', async () => {
  await vault.kv('one').write('a', { x: 1 });
  expect(paths().slice(-2)).toEqual([question('one'), 'POST one/a']);
});

test.each([
  ['the policy forbids asking', 403, '{"errors":["permission denied"]}'],
  ['Vault is too old to tell', 404, '{"errors":["no handler for route"]}'],
])('when %s, the word of the option holds, and otherwise version 2', async (_why, status, body) => {
  await write('one/a', { x: 1 });
  const headers = { 'content-type': 'application/json' };
  server.fail({ path: '/v1/sys/internal/', answer: { status, headers, body } });
  expect(await vault.kv('one').read('a')).toEqual({ status: 'absent', reason: 'no-such-path' });
  expect(await vault.kv('one', { version: 1 }).read('a')).toMatchObject({ data: { x: 1 } });
  await vault.kv('one', { version: 1 }).write('b', { x: 2 });
  expect(await vault.kv('one', { version: 1 }).read('b')).toMatchObject({ data: { x: 2 } });
  // Written as version 2, it would lie at a path where nobody looks for it.
  await expect(vault.kv('one').write('c', { x: 1 })).rejects.toMatchObject({
    code: 'SOURCE_MALFORMED',
    hint: expect.stringContaining('one/ is a KV mount of version 2'),
  });
});

test.each([400, 403])('a question that was refused (%i) is asked again', async (status) => {
  await write('one/a', { x: 1 });
  const headers = { 'content-type': 'application/json' };
  const body = '{"errors":["permission denied"]}';
  server.fail({ path: '/v1/sys/internal/', times: 1, answer: { status, headers, body } });
  expect(await vault.kv('one').read('a')).toMatchObject({ status: 'absent' });
  expect(await vault.kv('one').read('a')).toMatchObject({ data: { x: 1 } });
});

test('an outage in place of the answer is no absence', async () => {
  server.fail({ path: '/v1/sys/internal/', times: 1, answer: { status: 503 } });
  await expect(vault.kv('one').read('a')).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  expect(await vault.kv('one').read('a')).toMatchObject({ status: 'absent' });
});

test('a mount that becomes one of version 2 is noticed', async () => {
  await write('one/a', { x: 1 });
  expect(await vault.kv('one').read('a')).toMatchObject({ version: undefined });
  await administer(server).call('DELETE', 'sys/mounts/one');
  await administer(server).mountKv('one', 2);
  await write('one/data/a', { data: { x: 2 } });
  expect(await vault.kv('one').read('a')).toMatchObject({ data: { x: 2 }, version: 1 });
});

test('a question can be called off', async () => {
  server.fail({ path: '/v1/sys/internal/', answer: 'stall' });
  const controller = new AbortController();
  const read = vault.kv('one').read('a', { signal: controller.signal });
  const asked = () => server.requests.some(({ path }) => path.startsWith('/v1/sys/internal/'));
  await expect.poll(asked, { interval: 2 }).toBe(true);
  controller.abort();
  await expect(read).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
});

for (const layout of ['group', 'leaf'] as const) {
  test(`the layout ${layout} is read on both versions`, async () => {
    const path = layout === 'group' ? 'app/test/database' : 'app/test/database/url';
    const data = { [layout === 'group' ? 'url' : 'value']: 'postgres' };
    await write(`one/${path}`, data);
    await write(`secret/data/${path}`, { data });
    const asked = settings({ URL: 'database/url', NONE: 'cache/none' });
    for (const mount of ['one', 'secret']) {
      const answers = await vault.source({ mount, layout }).lookup(asked, sourceContext);
      expect(answers.get('NONE')).toMatchObject({ status: 'absent', reason: 'no-such-path' });
      const url = answers.get('URL');
      expect(url).toMatchObject({
        status: 'found',
        value: 'postgres',
        locator: `${mount}/${path}#${layout === 'group' ? 'url' : 'value'}`,
      });
      expect(url?.status === 'found' && url.version).toBe(mount === 'one' ? undefined : 1);
    }
  });
}
