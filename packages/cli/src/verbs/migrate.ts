import { Option } from '@commander-js/extra-typings';
import { commandOf } from '../common-options.js';
import type { Host } from '../host.js';
import { mappings } from '../mappings.js';
import { runMigration } from '../migration-run.js';
import { nameList } from '../name-list.js';
import { fromHelp, readSources } from '../source-entries.js';

export const define = (host: Host) =>
  commandOf(
    'migrate',
    'Moves secrets into Vault: reads them, plans key by key what the definition says about each, shows the plan, asks, writes with check-and-set, and reads every key back. Nothing is lost: what Vault holds stays unless you say otherwise, other keys of a secret are not touched, a run that was killed is finished by the next one, and a journal lets `strongroom rollback` take all of it back. Values are never shown; fingerprints tell whether two are the same.',
    [
      ['strongroom migrate', 'from .env into the environment that the variables name'],
      ['strongroom migrate -e production --from prod.env --dry-run', 'the plan, and nothing else'],
      ['strongroom migrate --from k8s-secret.yaml --save-plan plan.json', 'a plan to be read by others'],
      [
        'strongroom migrate --from k8s-secret.yaml --plan plan.json --yes',
        'applied, if nothing changed since',
      ],
      [
        'strongroom migrate --include SENTRY_DSN --map OLD_KEY=security/old_key',
        'also what the definition lacks',
      ],
      ['sops -d prod.env | strongroom migrate --from - --yes', 'from another program, never through a file'],
    ],
  )
    .option('--from <source>', `${fromHelp}; may be given several times (default: .env)`, collected)
    .option('--dry-run', 'show the plan, and change nothing')
    .option('--yes', 'do not ask')
    .addOption(
      new Option(
        '--on-conflict <who>',
        'who wins where Vault holds something else (default: vault, and end with 6)',
      ).choices(['vault', 'source', 'ask', 'fail']),
    )
    .option(
      '--include <names>',
      'move these too, which the definition lacks or has as no secrets; with commas between them',
      nameList,
    )
    .option('--map <name=to>', 'the setting, or the group/key, that a name stands for', mappings)
    .option(
      '--save-plan <file>',
      'save the plan, which holds no values, and its key beside it; change nothing',
    )
    .option('--plan <file>', 'apply a saved plan; it is refused when the source or Vault changed since')
    .option(
      '--journal <file>',
      'the journal (default: one for each migration, in .strongroom beside the configuration)',
    )
    .action((options) =>
      host.run(options, async (session) => {
        const config = await session.config();
        const environment = await session.environment();
        const sources = options.from ?? ['.env'];
        const entries = await readSources(session, sources, environment);
        const { vault, placement } = await session.vault(environment);
        return runMigration(session, {
          definition: config.definition,
          environment,
          entries,
          vault,
          placement,
          configFile: config.file,
          ...options,
        });
      }),
    );

const collected = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
