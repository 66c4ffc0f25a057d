import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'tsup';
import { expect, test } from 'vitest';

const program = `
  import { ConfigurationError, SourceError, StrongroomError } from '@strongroom/core';
  import { VaultError } from '@strongroom/vault';
  class OwnError extends SourceError {}
  export const errors = [
    new StrongroomError('RESOLVER_CLOSED', 'closed'),
    new SourceError('SOURCE_DENIED', 'denied'),
    new ConfigurationError('problems', []),
    new VaultError('SOURCE_DENIED', 'denied', { address: 'here' }),
  ];
  export const own = [OwnError.name, new OwnError('SOURCE_DENIED', 'denied').name];
`;

test('an error has its name also in a bundle that gives classes other ones', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minified-'));
  try {
    await writeFile(join(folder, 'program.js'), program);
    await build({
      entry: { bundle: join(folder, 'program.js') },
      outDir: folder,
      outExtension: () => ({ js: '.mjs' }),
      format: 'esm',
      platform: 'node',
      minify: true,
      noExternal: [/strongroom/],
      external: ['aws4'],
      config: false,
      silent: true,
      esbuildOptions(options) {
        // The program lies outside of the workspace.
        options.nodePaths = [fileURLToPath(new URL('../node_modules', import.meta.url))];
        options.alias = { '@strongroom/vault': fileURLToPath(new URL('../src/index.ts', import.meta.url)) };
      },
    });
    const { errors, own } = await import(pathToFileURL(join(folder, 'bundle.mjs')).href);
    expect(errors.map(({ name }: Error) => name)).toEqual([
      'StrongroomError',
      'SourceError',
      'ConfigurationError',
      'VaultError',
    ]);
    expect(own[1]).toBe(own[0]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
