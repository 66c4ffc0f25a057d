import type { Host } from '../host.js';
import { dotenvCleanUp } from '../migration/dotenv-clean-up.js';
import { migrationCommand } from '../migration/migration-options.js';
import { runMigration } from '../migration/migration-run.js';
import { fromHelp, readSources } from '../source-entries.js';

export const define = (host: Host) =>
  migrationCommand(
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
      ['strongroom migrate --from audit', 'what `strongroom audit` finds in the code'],
      ['sops -d prod.env | strongroom migrate --from - --yes', 'from another program, never through a file'],
    ],
  )
    .option('--from <source>', `${fromHelp}; may be given several times (default: .env)`, collected)
    .option(
      '--clean-up',
      'then take what was verified out of the .env file; the whole of it stays beside it, encrypted',
    )
    .option(
      '--backup-key <file>',
      'the key of that backup, made if it is not there (default: a passphrase is asked for)',
    )
    .action((options) =>
      host.run(options, async (session) => {
        const { definition, file: configFile } = await session.config();
        const environment = await session.environment();
        const sources = options.from ?? ['.env'];
        const applies = options.dryRun !== true && options.savePlan === undefined;
        const cleanUp =
          applies && options.cleanUp === true
            ? await dotenvCleanUp(session, sources, options.backupKey)
            : undefined;
        const entries = await readSources(session, sources, environment);
        const { vault, placement } = await session.vault(environment);
        return runMigration(session, {
          definition,
          environment,
          entries,
          vault,
          placement,
          configFile,
          ...options,
          cleanUp,
        });
      }),
    );

const collected = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
