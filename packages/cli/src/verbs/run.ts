import type { Definition, EnvironmentVariables } from '@strongroom/core';
import { withoutVariablesOf } from '@strongroom/core/handover';
import { ChildRun } from '../child/child-run.js';
import { commandOf } from '../common-options.js';
import { definitionOnly } from '../configuration/definition-only.js';
import { loadAll } from '../configuration/loading.js';
import type { Host } from '../host.js';
import { nameList } from '../name-list.js';

export const define = (host: Host) =>
  commandOf(
    'run',
    'Runs a command with every setting resolved and put into its environment, so that a program that knows nothing of Vault gets its secrets from there. Besides them it has what is in your environment, but for the secrets that --only leaves out and what Vault is logged in to with. Nothing is written to a file, and no secret is an argument. Signals are passed on, and it ends as the command ends.',
    [
      ['strongroom run -- node server.js', 'a server, with its settings'],
      [
        'strongroom run -e staging --only DATABASE_URL -- npx prisma migrate deploy',
        'one setting, and no more',
      ],
      ['strongroom run --restart-on-rotation -- ./worker', 'started again when a setting changes in Vault'],
    ],
  )
    .argument('<command...>', 'what to run, after --')
    .option('--only <names>', 'these settings only, with commas between them', nameList)
    .option(
      '--pass-credentials',
      'leave what Vault is logged in to with in its environment, for a program that asks Vault itself',
    )
    .option(
      '--restart-on-rotation',
      'start it again when the value of a setting changes; looked for every minute',
    )
    .action((command, options) =>
      host.run(options, async (session) => {
        const { definition } = await session.config();
        const follow = options.restartOnRotation === true;
        const only = options.only === undefined ? undefined : definitionOnly(definition, options.only);
        const settings = await session.settings({ only, follow });
        await loadAll(settings);

        const given = {
          inherit: withoutOtherSecrets(session.io.env, definition, options.only),
          passCredentials: options.passCredentials === true,
        };
        const child = new ChildRun(session, command, () => settings.childEnvironment(given));
        if (follow) {
          settings.events.on('change', (changes) => {
            const changed = changes.map(({ name }) => name).join(', ');
            if (child.restart()) session.output.note(`${changed} changed: the command is started again.`);
          });
          // That it is so the log says; why, and that it is over, it says with --debug alone.
          settings.events.on('degraded', ({ failures }) => {
            for (const cause of new Set(failures.map(({ message }) => message))) session.output.warn(cause);
          });
          settings.events.on('ready', () => session.output.note('The settings are ready again.'));
        }
        return child.exitCode();
      }),
    );

/** The settings know no secret that was not chosen: it has to be taken out before. */
function withoutOtherSecrets(
  env: EnvironmentVariables,
  { settings }: Definition,
  chosen: readonly string[] | undefined,
): EnvironmentVariables {
  if (chosen === undefined) return env;
  const others = Object.values(settings).filter(
    ({ kind, name }) => kind === 'secret' && !chosen.includes(name),
  );
  return withoutVariablesOf(
    env,
    settings,
    others.map(({ name }) => name),
  );
}
