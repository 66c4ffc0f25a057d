import type { Setting } from '@strongroom/core';
import { canarySecret, describeSource, type SourceFixture } from '@strongroom/core/testing';
import { type DevServer, startDevServer } from '@strongroom/dev-server';
import { afterEach, describe, test } from 'vitest';
import { vaultSource } from '../src/index.js';

interface Fixture extends SourceFixture {
  readonly server: DevServer;
}

for (const layout of ['group', 'leaf'] as const) {
  describeSource<Fixture>(
    `the Vault source with the layout ${layout}`,
    {
      storesJson: true,
      async create(values, { application, environment }) {
        const server = await startDevServer({ rootToken: canarySecret().replace(/\W/g, '') });
        server.seed(secretsOf(values, `${application}/${environment}`, layout));
        const source = vaultSource({ address: server.address, token: server.rootToken, retries: 0, layout });
        return { source, server, secrets: [server.rootToken], cleanup: () => server.close() };
      },
      breakIt: ({ server }) => void server.fail({ answer: 'reset' }),
      deny: ({ server }) =>
        void server.fail({
          answer: {
            status: 403,
            headers: { 'content-type': 'application/json' },
            body: '{"errors":["permission denied"]}',
          },
        }),
      garbage: ({ server }) => void server.fail({ answer: 'truncate' }),
      hang: ({ server }) => void server.fail({ answer: 'stall' }),
    },
    { afterEach, describe, test },
  );
}

function secretsOf(values: ReadonlyMap<Setting, unknown>, base: string, layout: 'group' | 'leaf') {
  const secrets: Record<string, Record<string, unknown>> = {};
  for (const [{ place }, value] of values) {
    if (place === undefined) continue;
    const path = layout === 'group' ? `${base}/${place.group}` : `${base}/${place.group}/${place.key}`;
    secrets[path] ??= Object.create(null) as Record<string, unknown>;
    secrets[path][layout === 'group' ? place.key : 'value'] = value;
  }
  return secrets;
}
