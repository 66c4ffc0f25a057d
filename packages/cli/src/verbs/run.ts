import { ChildRun } from '../child-run.js';
import { commandOf } from '../common-options.js';
import { definitionOnly } from '../definition-only.js';
import type { Host } from '../host.js';
import { loadAll } from '../loading.js';
import { nameList } from '../name-list.js';
import { settingText } from '../setting-text.js';

export const define = (host: Host) =>
  commandOf(
    'run',
    'Runs a command with every setting resolved and put into its environment, so that a program that knows nothing of Vault gets its secrets from there. Nothing is written to a file, and no secret is an argument. Signals are passed on, and it ends as the command ends.',
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
      '--restart-on-rotation',
      'start it again when the value of a setting changes; looked for every minute',
    )
    .action((command, options) =>
      host.run(options, async (session) => {
        const { definition } = await session.config();
        const names = options.only ?? Object.keys(definition.settings);
        const follow = options.restartOnRotation === true;
        const only = options.only === undefined ? undefined : definitionOnly(definition, names);
        const settings = await session.settings({ only, follow });
        await loadAll(settings);

        const environment = () => {
          const variables: Record<string, string | undefined> = { ...session.io.env };
          const values = settings.current();
          for (const name of names) {
            const text = settingText(name, values[name]);
            if (text === undefined) continue;
            variables[name] = text;
            // Both at once would contradict each other.
            delete variables[`${name}_FILE`];
          }
          return variables;
        };
        const child = new ChildRun(session, command, environment);
        if (follow) {
          settings.events.on('change', (changes) => {
            const changed = changes.map(({ name }) => name).join(', ');
            session.output.note(`${changed} changed: the command is started again.`);
            child.restart();
          });
        }
        return child.exitCode();
      }),
    );
