import { resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { commandOf } from '../common-options.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { readSources } from '../source-entries.js';
import { ProgressLine } from '../terminal/progress-line.js';

export const define = (host: Host) =>
  commandOf(
    'audit',
    'Finds secrets that are hard-coded in a folder, and with --history in the git history of it. Shows where each stands and which rule found it, a mask of fixed width, and the setting and the place in Vault that it could become. What .gitignore and .strongroomignore name is not looked into; a comment `strongroom-ignore` accepts one, a baseline all that there are now. Ends with 1 when something is found. With a strongroom.config.ts the secrets of the definition are known by name.',
    [
      ['strongroom audit', 'this folder'],
      ['strongroom audit --history --format sarif > audit.sarif', 'also git history, for a code scanner'],
      ['strongroom audit --known .env', 'also wherever a value of .env stands in the code'],
      ['strongroom audit --update-baseline .strongroom-baseline.json', 'accept what there is now'],
      ['strongroom audit --baseline .strongroom-baseline.json', 'in CI: what is new since'],
      ['strongroom migrate --from audit', 'from there into Vault'],
    ],
  )
    .argument('[folder]', 'the folder', '.')
    .option('--history', 'look into git history as well')
    .option(
      '--known <source>',
      'values that are in use, such as .env or `environment`: where one stands in the code it is found',
    )
    .option('--ignore <glob>', 'as in .gitignore; may be given several times', collected)
    .option('--baseline <file>', 'what was accepted before')
    .addOption(
      new Option(
        '--update-baseline <file>',
        'accept all that is found now, beside what the file accepts already',
      ).conflicts('baseline'),
    )
    .addOption(
      new Option('--format <format>', 'how it is printed')
        .choices(['table', 'json', 'sarif'])
        .default('table'),
    )
    .action((folder, options) =>
      host.run({ ...options, json: options.format === 'json' ? true : options.json }, async (session) => {
        const { auditTree, createBaseline, readBaseline, renderSarif, renderTable, writeBaseline } =
          await import('@strongroom/migrate/audit');
        const { io, output, signal } = session;
        const config = await session.configIfAny();
        const known =
          options.known === undefined ? undefined : await readSources(session, [options.known], '');
        const path = options.baseline ?? options.updateBaseline;
        const file = path === undefined ? undefined : resolve(io.cwd, path);
        const update = options.updateBaseline !== undefined;
        const baseline =
          file === undefined || (update && !(await exists(file))) ? undefined : await readBaseline(file);
        const line = new ProgressLine(output);
        const report = await auditTree({
          root: resolve(io.cwd, folder),
          history: options.history === true,
          ...(config === undefined ? {} : { definition: config.definition }),
          ...(known === undefined ? {} : { knownValues: known }),
          ...(options.ignore === undefined ? {} : { ignore: options.ignore }),
          ...(baseline === undefined ? {} : { baseline }),
          onProgress: ({ stage, done, total, found }) =>
            line.show(`${stage === 'tree' ? 'files' : 'versions'} looked into, ${found} found:`, done, total),
          signal,
        }).finally(() => line.clear());
        const { findings } = report;
        if (update && file !== undefined) {
          const next =
            baseline === undefined ? await createBaseline(findings) : await baseline.with(findings);
          await writeBaseline(file, next);
          output.note(`${findings.length} accepted in ${output.path(file)}: commit it.`);
        }
        if (options.format === 'sarif')
          io.stdout.write(`${JSON.stringify(await renderSarif(report), undefined, 2)}\n`);
        else output.result(report, () => renderTable(report));
        if (update || findings.length === 0) return exitCodes.done;
        output.note(
          'Move them into Vault with `strongroom migrate --from audit`, and rotate what was ever pushed.',
        );
        return exitCodes.findings;
      }),
    );

const exists = async (file: string): Promise<boolean> => {
  const { access } = await import('node:fs/promises');
  return access(file).then(
    () => true,
    () => false,
  );
};

const collected = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
