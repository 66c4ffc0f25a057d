import { readFile } from 'node:fs/promises';
import * as core from '@strongroom/core';
import Fastify, { type FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import * as zod from 'zod';
import * as adapter from '../src/index.js';

/** Runs the first example as it stands, on a free port and without its log. */
async function example(): Promise<{ readonly fastify: FastifyInstance }> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, block = ''] = /^```js\n(.*?)^```/ms.exec(readme) ?? [];
  const quiet = (options: object) => Fastify({ ...options, logger: false });
  const names = { ...core, ...zod, ...adapter, Fastify: quiet };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...args: string[]
  ) => (names: object, process: object) => Promise<{ readonly fastify: FastifyInstance }>;
  const body = block.replace(/^import (?:\{(.*)\}|(\w+)) from .*$/gm, (_line, some, one) =>
    some === undefined ? `const ${one} = names.${one};` : `const {${some}} = names;`,
  );
  // In an object, for an instance is thenable and would be waited for.
  const run = new AsyncFunction('names', 'process', `${body}\nreturn { fastify };`);
  return run(names, { env: { PORT: '0' } });
}

test('the example shows provenance to this machine and to nobody else, and its health to all', async () => {
  const { fastify } = await example();
  const inject = async (url: string, remoteAddress: string) =>
    (await fastify.inject({ url, remoteAddress })).statusCode;
  try {
    expect(await inject('/', '192.0.2.1')).toBe(200);
    for (const from of ['127.0.0.1', '::ffff:127.0.0.1', '::1']) {
      expect(await inject('/internal/explain', from)).toBe(200);
    }
    expect(await inject('/internal/explain', '192.0.2.1')).toBe(404);
    expect(await inject('/internal/health/ready', '192.0.2.1')).toBe(200);
  } finally {
    await fastify.close();
  }
});
