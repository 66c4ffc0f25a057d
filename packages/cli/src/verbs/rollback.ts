import { resolve } from 'node:path';
import type { JournalRecord, Target } from '@strongroom/migrate';
import type { Vault } from '@strongroom/vault';
import { CommandError } from '../command-error.js';
import { commandOf } from '../common-options.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { JournalFolder } from '../migration/journal-file.js';
import { withProgress } from '../migration/migration-run.js';
import { checkTarget } from '../migration/migration-target.js';
import { confirmed, declined } from '../terminal/ask.js';
import type { Output } from '../terminal/output.js';
import { type Cell, table } from '../terminal/table.js';

export const define = (host: Host) =>
  commandOf(
    'rollback',
    'Takes a migration back: returns each path that its journal has to what it was before. A path that somebody has changed since is told and left. Ends with 6 when some path was left.',
    [
      ['strongroom rollback', 'the latest migration into the environment that the variables name'],
      ['strongroom rollback -e production --yes', 'that into production, without asking'],
      [
        'strongroom rollback -e production .strongroom/shop-production.20260102T030405Z.journal',
        'an earlier one',
      ],
    ],
  )
    .argument(
      '[journal]',
      'the journal (default: that of the latest migration, in .strongroom beside the configuration)',
    )
    .option('--yes', 'do not ask')
    .action((named, options) =>
      host.run(options, async (session) => {
        const { readJournal, rollBack } = await import('@strongroom/migrate');
        const { definition, file } = await session.config();
        const environment = await session.environment();
        const folder = new JournalFolder(file, definition.application, environment);
        const journal = named === undefined ? await folder.latest() : resolve(session.io.cwd, named);
        if (journal === undefined) {
          throw new CommandError(
            exitCodes.configuration,
            `There is no journal of a migration into ${environment}`,
            {
              remedy: 'Name it, or the environment with --environment.',
            },
          );
        }
        const records = await readJournal(journal);
        const target = records[0]?.type === 'run' ? records[0].target : undefined;
        checkTarget(`The journal ${session.output.path(journal)}`, target, definition, environment);
        const { vault } = await session.vault(environment);
        const { io, output, signal } = session;
        warnOfOther(output, target, vault);
        output.note('What --clean-up has taken out of a file stays out: `strongroom restore` puts it back.');
        if (options.yes !== true) {
          const count = writtenPaths(records);
          const question = `Return ${count === 1 ? '1 path' : `${count} paths`} of ${environment} to what it was, by ${output.path(journal)}?`;
          if (!(await confirmed(io, question, '--yes', signal))) throw declined();
        }
        const result = await withProgress(session, (onProgress) =>
          rollBack(journal, { vault, signal, onProgress }),
        );
        const left = result.paths.filter(
          ({ outcome }) => outcome === 'changed-since' || outcome === 'impossible',
        );
        output.result({ environment, journal, ...result }, () => {
          const { green, red, dim } = output.colors;
          const rows = result.paths.map(({ path, outcome, explanation, keys }): readonly Cell[] => {
            const colour = left.some((each) => each.path === path)
              ? red
              : outcome === 'already'
                ? dim
                : green;
            return [{ text: outcome.replace('-', ' '), colour }, path, keys.join(', '), explanation];
          });
          if (rows.length === 0) return `${output.path(journal)} has nothing that is to be taken back.`;
          return table(output, ['', 'path', 'keys', ''], rows);
        });
        return left.length > 0 ? exitCodes.conflict : exitCodes.done;
      }),
    );

/** How many paths a journal has that were not rolled back yet. */
function writtenPaths(records: readonly JournalRecord[]): number {
  const paths = new Set<string>();
  for (const record of records) {
    if (record.type === 'write') paths.add(record.path);
    if (record.type === 'restored') paths.delete(record.path);
  }
  return paths.size;
}

/** One Vault may have several addresses: whether it is another one only a person knows. */
function warnOfOther(output: Output, target: Target | undefined, vault: Vault): void {
  if (target === undefined) return;
  const [journal, asked] = [target, vault].map(({ address, namespace }) =>
    namespace === undefined ? address : `${address}, namespace ${namespace}`,
  );
  if (journal !== asked) output.warn(`The journal is of ${journal}, and what is asked is ${asked}.`);
}
