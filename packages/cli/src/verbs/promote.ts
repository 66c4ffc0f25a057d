import type { Setting } from '@strongroom/core';
import { CommandError } from '../command-error.js';
import { placementOf } from '../configuration/placement-options.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { migrationCommand } from '../migration/migration-options.js';
import { runMigration, withProgress } from '../migration/migration-run.js';

export const define = (host: Host) =>
  migrationCommand(
    'promote',
    'Brings the settings of one environment in Vault to another one, by default to the next one of the definition. Works as `strongroom migrate` does: a plan, a question, check-and-set, every key read back, a journal. What the other environment holds stays unless you say otherwise.',
    [
      ['strongroom promote development staging --dry-run', 'what staging lacks of development'],
      ['strongroom promote staging', 'to the environment after staging'],
      [
        'strongroom promote staging production --only API_TOKEN --on-conflict source',
        'a new value of one setting',
      ],
    ],
  )
    .argument('<from>', 'the environment to take the settings from')
    .argument('[to]', 'the environment to bring them to (default: the one after it in the definition)')
    .action((from, to, options) =>
      host.run(options, async (session) => {
        const { readSettings } = await import('@strongroom/migrate');
        const { definition, file: configFile } = await session.config();
        session.checkEnvironment(definition, from);
        const environment = to ?? nextOf(definition.environments, from);
        session.checkEnvironment(definition, environment);
        if (environment === from || options.environment !== undefined) {
          throw new CommandError(exitCodes.usage, 'Two different environments are wanted, as arguments', {
            remedy: 'Write `strongroom promote staging production`.',
          });
        }
        const source = await session.vault(from);
        const { entries, warnings } = await withProgress(session, (onProgress) =>
          readSettings({
            definition,
            environment: from,
            vault: source.vault,
            ...placementOf(source.placement),
            onProgress,
            signal: session.signal,
          }),
        );
        for (const { message } of warnings) session.output.warn(message);
        const target = await session.vault(environment);
        // What lies in Vault although it is no secret goes along.
        const plain = Object.values<Setting>(definition.settings)
          .filter(({ kind, place }) => kind === 'plain' && place !== undefined)
          .map(({ name }) => name);
        return runMigration(session, {
          definition,
          environment,
          entries,
          ...target,
          configFile,
          ...options,
          include: [
            ...(options.include ?? []),
            ...plain.filter((name) => entries.some((entry) => entry.name === name)),
          ],
        });
      }),
    );

function nextOf(environments: readonly string[], from: string): string {
  const next = environments[environments.indexOf(from) + 1];
  if (next !== undefined) return next;
  throw new CommandError(exitCodes.usage, `${from} is the last environment of the definition`, {
    remedy: 'Name the one to bring the settings to.',
  });
}
