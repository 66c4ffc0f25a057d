import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type express from 'express';
import { vi } from 'vitest';

/** The oldest and the newest of each major version that the package is declared for. */
export const versions = ['express4-oldest', 'express4', 'express5-oldest', 'express5'] as const;

/** Express in one version, and the adapter as it is for who has that one installed. */
export async function withExpress(version: (typeof versions)[number]) {
  vi.resetModules();
  // The types of the newest stand for all: what is used here is the same in each.
  vi.doMock('express', () => import(version));
  const { default: makeApp } = (await import('express')) as { readonly default: typeof express };
  const { expressSettings } = await import('../src/index.js');
  return { express: makeApp, expressSettings };
}

/** Serves an application on a free port until it is disposed of. */
export async function serve(app: express.Express): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
