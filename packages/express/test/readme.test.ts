import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as core from '@strongroom/core';
import express from 'express';
import { expect, test } from 'vitest';
import * as zod from 'zod';
import { expressSettings } from '../src/index.js';

/** What the example leaves behind. */
interface Example {
  readonly app: express.Express;
  readonly server: Server;
  readonly resolver: { close(): Promise<void> };
}

/** Runs the first example as it stands, on a free port. */
async function example(): Promise<Example> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, block = ''] = /^```js\n(.*?)^```/ms.exec(readme) ?? [];
  // What `loadSettings` of @strongroom/node does without Vault; that package is beside this one.
  const loadSettings = async (definition: core.Definition) => {
    const sources = [core.environmentSource({ PORT: '0' })];
    const resolver = core.createResolver(definition, { environment: 'development', sources });
    await resolver.load();
    return resolver;
  };
  const names = { ...core, ...zod, express, expressSettings, loadSettings };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...args: string[]
  ) => (names: object, process: object) => Promise<Example>;
  const body = block.replace(/^import (?:\{(.*)\}|(\w+)) from .*$/gm, (_line, some, one) =>
    some === undefined ? `const ${one} = names.${one};` : `const {${some}} = names;`,
  );
  const run = new AsyncFunction('names', 'process', `${body}\nreturn { app, server, resolver };`);
  return run(names, { once: () => {} });
}

test('the example shows provenance to this machine and to nobody else, and its health to all', async () => {
  const { app, server, resolver } = await example();
  try {
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    app.set('trust proxy', true);
    const ask = async (path: string, from?: string) => {
      const headers = from === undefined ? {} : { 'x-forwarded-for': from };
      const { port } = server.address() as AddressInfo;
      return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status;
    };
    expect(await ask('/')).toBe(200);
    for (const from of [undefined, '127.0.0.1', '::1'])
      expect(await ask('/internal/explain', from)).toBe(200);
    expect(await ask('/internal/explain', '192.0.2.1')).toBe(404);
    expect(await ask('/internal/health/ready', '192.0.2.1')).toBe(200);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await resolver.close();
  }
});
