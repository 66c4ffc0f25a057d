import { open, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { defineSettings, isStrongroomError } from '@strongroom/core';
import type { Entry } from '@strongroom/migrate';
import { CommandError } from '../command-error.js';
import { commandOf } from '../common-options.js';
import { configSource, definitionSource } from '../configuration/definition-source.js';
import { exitCodes, isSystemError } from '../exit-code.js';
import type { Host } from '../host.js';
import { nameList } from '../name-list.js';
import { checkIsNew } from '../new-file.js';
import { fromHelp, readSources } from '../source-entries.js';
import { type Cell, table } from '../terminal/table.js';

export const define = (host: Host) =>
  commandOf(
    'init',
    'Begins: writes strongroom.config.ts and a definition of the settings that an existing .env has. Which are secrets, their groups and keys in Vault, and their types are guessed from names and forms: look the definition through. No value is written. A file that is there is not replaced.',
    [
      ['strongroom init', 'from .env'],
      ['strongroom init --from .env.example --application shop', 'from an example, with a name'],
      ['strongroom init --environments development,production', 'with these environments'],
    ],
  )
    .option('--from <source>', fromHelp, '.env')
    .option(
      '--application <name>',
      'the first part of its paths in Vault (default: the name in package.json, or the folder)',
    )
    .option(
      '--environments <names>',
      'with commas between them (default: development,staging,production)',
      nameList,
    )
    .action((options) =>
      host.run(options, async (session) => {
        const { proposeSettings } = await import('@strongroom/migrate');
        const { io, output } = session;
        const { credentialVariables } = await import('@strongroom/vault');
        const read = await readSources(session, [options.from], '');
        // In Vault they would open nothing, and taken out of the file they would be missed.
        const isCredential = ({ name }: Entry) => credentialVariables.includes(name);
        const credentials = read.filter(isCredential).map(({ name }) => name);
        const settings = proposeSettings(read.filter((entry) => !isCredential(entry)));
        if (settings.length === 0) {
          throw new CommandError(exitCodes.configuration, `${options.from} has no settings`, {
            remedy: 'Name another source with --from.',
          });
        }
        const application = options.application ?? (await applicationOf(io.cwd));
        const environments = options.environments ?? ['development', 'staging', 'production'];
        checkNames(application, environments);
        // Programs without TypeScript have to load the definition as well.
        const end = (await isThere(join(io.cwd, 'tsconfig.json'))) ? 'ts' : 'mjs';
        const files = [
          {
            file: join(io.cwd, `settings.${end}`),
            text: definitionSource({ application, environments, settings }),
          },
          {
            file: join(io.cwd, `strongroom.config.${end}`),
            text: configSource(
              `./settings.${end === 'ts' ? 'js' : 'mjs'}`,
              options.from === '.env' ? options.from : undefined,
            ),
          },
        ];
        await writeNew(files);
        const told = settings.map(({ name, kind, place, form, why }) => ({
          name,
          kind,
          place: place === undefined ? null : `${place.group}/${place.key}`,
          form,
          why,
        }));
        output.result(
          { application, environments, files: files.map(({ file }) => file), settings: told },
          () =>
            table(
              output,
              ['setting', 'kind', 'place', 'form', 'because'],
              told.map(({ name, kind, place, form, why }): readonly Cell[] => [
                name,
                { text: kind, colour: kind === 'secret' ? output.colors.yellow : output.colors.dim },
                place ?? '',
                form,
                why,
              ]),
            ),
        );
        if (credentials.length > 0) {
          output.note(`No settings, for with them Vault is logged in to: ${credentials.join(', ')}.`);
        }
        output.note(
          `Written: ${files.map(({ file }) => basename(file)).join(', ')}. Look the definition through, then:`,
        );
        output.note(
          '  npm install @strongroom/core @strongroom/node zod && npm install --save-dev strongroom',
        );
        output.note('  strongroom dev, and in another terminal strongroom migrate');
        return exitCodes.done;
      }),
    );

/** @throws CommandError for names with which the definition could not be loaded */
function checkNames(application: string, environments: readonly string[]): void {
  try {
    defineSettings({ application, environments, settings: {} });
  } catch (error) {
    if (!isStrongroomError(error)) throw error;
    throw new CommandError(exitCodes.usage, error.message, {
      cause: error,
      remedy: 'Name others with --application and --environments.',
    });
  }
}

interface NewFile {
  readonly file: string;
  readonly text: string;
}

/** Writes all of them, or none. */
async function writeNew(files: readonly NewFile[]): Promise<void> {
  for (const { file } of files) await checkIsNew(file, 'Move it away, or add to it by hand what is missing.');
  const begun: string[] = [];
  try {
    for (const { file, text } of files) {
      const handle = await open(file, 'wx');
      begun.push(file);
      try {
        await handle.writeFile(text);
      } catch (error) {
        // The system does not say what it was writing to.
        throw isSystemError(error) ? Object.assign(error, { path: file }) : error;
      } finally {
        await handle.close();
      }
    }
  } catch (error) {
    for (const file of begun) await rm(file, { force: true });
    throw error;
  }
}

/** A name that can be a part of a path, without the scope of a package. */
async function applicationOf(cwd: string): Promise<string> {
  const text = await readFile(join(cwd, 'package.json'), 'utf8').catch(() => '{}');
  const [, name] = /"name"\s*:\s*"(?:@[^"/]*\/)?([\w.-]+)"/.exec(text) ?? [];
  return name ?? (basename(cwd).replace(/[^\w.-]+/g, '-') || 'app');
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
