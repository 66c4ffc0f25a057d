import { resolve } from 'node:path';
import { defineConfig } from 'tsup';

/**
 * What a further entry imports from the package's main one stays an import of it: one copy of each class, and
 * nothing twice on disk.
 */
const mainEntryOnce = {
  name: 'main-entry-once',
  setup({ onResolve, initialOptions }) {
    const main = resolve(initialOptions.absWorkingDir ?? '.', 'src/index.ts');
    onResolve({ filter: /index\.js$/ }, ({ path, resolveDir, kind }) =>
      kind !== 'entry-point' && resolve(resolveDir, path).replace(/\.js$/, '.ts') === main
        ? { path: './index.js', external: true }
        : undefined,
    );
  },
};

/**
 * A part that is an entry of its own, and is imported when it is needed, stays an import: nobody else loads it.
 *
 * @param {Record<string, string>} entry
 */
const loadedOnDemand = (entry) => ({
  name: 'loaded-on-demand',
  setup({ onResolve, initialOptions }) {
    const folder = initialOptions.absWorkingDir ?? '.';
    const outputs = new Map(Object.entries(entry).map(([name, source]) => [resolve(folder, source), name]));
    onResolve({ filter: /\.js$/ }, ({ path, resolveDir, kind }) => {
      const output = outputs.get(resolve(resolveDir, path).replace(/\.js$/, '.ts'));
      return kind === 'dynamic-import' && output !== undefined
        ? { path: `./${output}.js`, external: true }
        : undefined;
    });
  },
});

/**
 * The one build of every package: ESM only, for Node 20.19 and later, with declarations and source maps.
 *
 * @param {Record<string, string>} entry public entries: output name to source file
 * @param {{ splitting?: boolean }} options `splitting`: what is imported later is a file of its own
 */
export const packageBuild = (entry = { index: 'src/index.ts' }, { splitting = false } = {}) =>
  defineConfig({
    entry,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    dts: true,
    sourcemap: true,
    clean: true,
    treeshake: true,
    // One file an entry, unless most of it is not needed: each further module costs a start-up about a millisecond.
    splitting,
    esbuildPlugins: [mainEntryOnce, loadedOnDemand(entry)],
  });
