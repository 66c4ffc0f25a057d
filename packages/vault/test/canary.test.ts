import { defineSettings, type Setting, secret } from '@strongroom/core';
import { canarySecret, findCanary } from '@strongroom/core/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { createVault } from '../src/index.js';
import { type HostileServer, secretBody, startHostileServer } from './hostile-server.js';

/** How an answer goes wrong. The value is in every one of them. */
interface Failure {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: 'secret' | 'cut' | 'list' | 'text' | 'html' | 'errors' | 'nested' | 'deleted' | 'empty';
  readonly end: 'end' | 'cut' | 'reset' | 'before';
  readonly location: boolean;
}

const failures: fc.Arbitrary<Failure> = fc.record({
  status: fc.constantFrom(200, 204, 201, 301, 307, 400, 403, 404, 405, 412, 418, 429, 473, 500, 501, 503),
  type: fc.constantFrom('application/json', 'text/html', 'text/plain', undefined),
  body: fc.constantFrom('secret', 'cut', 'list', 'text', 'html', 'errors', 'nested', 'deleted', 'empty'),
  end: fc.constantFrom('end', 'cut', 'reset', 'before'),
  location: fc.boolean(),
});

const value = canarySecret();
const token = canarySecret().replace(' ', '.');
let next: Failure;
let server: HostileServer;
beforeAll(async () => {
  server = await startHostileServer((response) => {
    const { status, type, end, location } = next;
    if (end === 'before') return void response.socket?.destroy();
    const body = bodyOf(next);
    response.writeHead(status, {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(location ? { location: `http://vault.example.com/?${encodeURIComponent(value)}` } : {}),
      ...(end === 'end' ? {} : { 'content-length': String(Buffer.byteLength(body) + 10) }),
    });
    if (end === 'end' || status === 204) response.end(body);
    else if (end === 'cut') response.write(body || ' ', () => response.socket?.end());
    else response.write(body || ' ', () => response.socket?.resetAndDestroy());
  });
});
afterAll(() => server[Symbol.asyncDispose]());

function bodyOf({ body }: Failure): string {
  const found = secretBody({ other: value, __proto__: value });
  switch (body) {
    case 'secret':
      return JSON.stringify(found);
    case 'cut':
      return JSON.stringify(found).slice(0, -20);
    case 'list':
      return JSON.stringify([value]);
    case 'text':
      return value;
    case 'html':
      return `<html>${value}</html>`;
    // Vault's own words hold no value that was read, but a proxy may repeat the token.
    case 'errors':
      return JSON.stringify({ errors: [`the token ${token} is bad`], data: { value } });
    case 'nested':
      return JSON.stringify({ errors: [{ value }, [value]], warnings: [value], data: { data: [value] } });
    case 'deleted':
      return JSON.stringify({
        data: { data: null, metadata: { version: 1, deletion_time: value, destroyed: value } },
      });
    case 'empty':
      return '';
  }
}

const definition = defineSettings({
  application: 'app',
  environments: ['test'],
  settings: { PASSWORD: secret('database/password', z.string()) },
});
const settings: readonly Setting[] = Object.values(definition.settings);

test('whatever goes wrong, no error, log or inspection holds a token or a value', async () => {
  await fc.assert(
    fc.asyncProperty(failures, fc.boolean(), async (failure, writes) => {
      next = failure;
      const seen: unknown[] = [];
      const log = (...line: unknown[]) => void seen.push(line);
      const logger = { debug: log, info: log, warn: log, error: log };
      const vault = createVault({ address: server.address, token, retries: 0, logger });
      const source = vault.source();
      const signal = new AbortController().signal;
      const answers = await source.lookup(settings, { application: 'app', environment: 'test', signal });
      const lookup = answers.get('PASSWORD');
      if (lookup?.status === 'failed') seen.push(lookup.error, lookup.error.stack);
      if (lookup?.status === 'absent') seen.push(lookup, lookup.hint?.());
      expect(lookup?.status).not.toBe('found');
      await vault
        .kv()
        .read('a')
        .catch((error: unknown) => seen.push(error));
      const client = await vault.client();
      const call = writes ? client.write('a', { value }) : client.read('a');
      await call.catch((error: unknown) => seen.push(error));
      seen.push(vault, source);
      for (const hidden of [value, token]) expect(findCanary(hidden, seen)).toBeUndefined();
      await vault.close();
    }),
    { numRuns: 150 },
  );
}, 30_000);
