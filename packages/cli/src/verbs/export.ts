import { resolve } from 'node:path';
import { variablesOf } from '@strongroom/core/handover';
import { commandOf } from '../common-options.js';
import { definitionOnly } from '../configuration/definition-only.js';
import { loadAll } from '../configuration/loading.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { nameList } from '../name-list.js';
import { checkIsNew } from '../new-file.js';

export const define = (host: Host) =>
  commandOf(
    'export',
    'Writes the settings of an environment to a .env file that only you can read (mode 0600), for a tool that can do nothing else: `strongroom run` needs no file. What comes from a default is left out. A file that is there is not replaced.',
    [
      ['strongroom export', 'to .env'],
      ['strongroom export -e staging --output staging.env --only DATABASE_URL', 'one setting of staging'],
    ],
  )
    .option('--output <file>', 'the file', '.env')
    .option('--only <names>', 'these settings only, with commas between them', nameList)
    .action((options) =>
      host.run(options, async (session) => {
        const { Entry, writeDotenv } = await import('@strongroom/migrate');
        const { definition } = await session.config();
        const file = resolve(session.io.cwd, options.output);
        await checkIsNew(file);
        const only = options.only === undefined ? undefined : definitionOnly(definition, options.only);
        const settings = await session.settings({ only, leave: true });
        await loadAll(settings);
        const found = settings.explain().filter(({ source }) => source !== 'defaults');
        const texts = variablesOf(
          settings,
          found.map(({ name }) => name),
        );
        const entries = found.flatMap(({ name, source = '', locator = '' }) => {
          const text = texts[name];
          return text === undefined ? [] : [new Entry(name, text, { reader: source, place: locator })];
        });
        await writeDotenv(file, entries);
        const { environment } = settings;
        const names = entries.map(({ name }) => name);
        session.output.result({ environment, file, names }, () => '');
        session.output.warn(
          `${session.output.path(file)} holds ${names.length} settings of ${environment} in plain text. Keep it out of git, and delete it when it has served.`,
        );
        return exitCodes.done;
      }),
    );
