import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDevServer } from '../src/index.js';
import { send } from './http-client.js';

describe('the data file', () => {
  let folder: string;
  let dataFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dev-server-'));
    dataFile = join(folder, 'state.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('keeps secrets, mounts and deletions across a restart', async () => {
    const rootToken = 'root';
    const body = JSON.parse('{"data":{"__proto__":{"x":1},"n":12345678901234567890,"list":[null,"é"]}}');
    {
      await using server = await startDevServer({ dataFile, rootToken });
      await send(server.address, { path: '/v1/secret/data/a', token: rootToken, body });
      await send(server.address, { path: '/v1/secret/data/a', token: rootToken, body: { data: { b: 2 } } });
      await send(server.address, { method: 'DELETE', path: '/v1/secret/data/a', token: rootToken });
      await send(server.address, {
        path: '/v1/sys/mounts/kv',
        token: rootToken,
        body: { type: 'kv', options: { version: '2' } },
      });
    }
    await using server = await startDevServer({ dataFile, rootToken });
    const first = await send(server.address, { path: '/v1/secret/data/a?version=1', token: rootToken });
    const latest = await send(server.address, { path: '/v1/secret/data/a', token: rootToken });
    const config = await send(server.address, { path: '/v1/kv/config', token: rootToken });
    expect(first.text).toContain('"__proto__":{"x":1}');
    expect(first.json.data.data.list).toEqual([null, 'é']);
    expect(latest.status).toBe(404);
    expect(latest.json.data.metadata.version).toBe(2);
    expect(config.status).toBe(200);
  });

  test('is readable by its owner only, and nothing is left beside it', async () => {
    const server = await startDevServer({ dataFile, seed: { a: { b: 1 } } });
    await server.close();
    expect((await stat(dataFile)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['state.json']);
  });

  test.each([
    ['is not JSON', 'canary, not json'],
    ['is of another program', '{"canary":1}'],
    ['is cut off', '{"format":"strongroom-dev-server-state","version":1,"state":{"$map":[["canary'],
    [
      'has another shape',
      '{"format":"strongroom-dev-server-state","version":1,"state":{"$map":[["canary",1]]}}',
    ],
    ['is empty', ''],
  ])('that %s is refused and left as it is', async (_case, content) => {
    await writeFile(dataFile, content);
    const error: unknown = await startDevServer({ dataFile }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DATA_FILE_INVALID' });
    expect(String(error)).toContain(dataFile);
    expect(String(error)).not.toContain('canary');
    expect(await readFile(dataFile, 'utf8')).toBe(content);
  });

  test('that cannot be read is refused', async () => {
    await expect(startDevServer({ dataFile: folder })).rejects.toMatchObject({
      code: 'DATA_FILE_UNREADABLE',
    });
  });
});
