import { defineConfig } from 'tsup';

/**
 * The one build of every package: ESM only, for Node 20.19 and later, with declarations and source maps.
 *
 * @param {Record<string, string>} entry public entries: output name to source file
 */
export const packageBuild = (entry = { index: 'src/index.ts' }) =>
  defineConfig({
    entry,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    dts: true,
    sourcemap: true,
    clean: true,
    treeshake: true,
    // One file an entry: each further module costs a start-up about a millisecond.
    splitting: false,
  });
