import type { SourceFailure } from '@strongroom/core';
import { variablesOf } from '@strongroom/core/handover';
import { CommandError } from '../command-error.js';
import { commandOf } from '../common-options.js';
import { definitionOnly } from '../configuration/definition-only.js';
import { loadAll } from '../configuration/loading.js';
import { exitCodeOfVault, exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { printable } from '../terminal/printable.js';

export const define = (host: Host) =>
  commandOf(
    'get',
    'Says where one setting lies. Only with --reveal it prints the value, and nothing else: to a pipe exactly as it is, to a terminal with a line end after it. No other setting needs to be there.',
    [
      ['strongroom get DATABASE_URL', 'which source has it, and where'],
      ['strongroom get DATABASE_URL --reveal -e staging', 'its value in staging'],
      ['psql "$(strongroom get DATABASE_URL --reveal)"', 'beware: others see the arguments of psql'],
    ],
  )
    .argument('<name>', 'the setting')
    .option('--reveal', 'print the value')
    .action((name, options) =>
      host.run(options, async (session) => {
        const { definition } = await session.config();
        const settings = await session.settings({ only: definitionOnly(definition, [name]) });
        await loadAll(settings);
        const { stdout } = session.io;
        const [explanation] = settings.explain();
        const { source, locator, version, kind, freshness } = explanation ?? {};
        const text = options.reveal === true ? variablesOf(settings, [name])[name] : undefined;
        if (options.reveal === true && text === undefined && source !== undefined) throw withoutText(name);
        const [failure] = settings.state.failures;
        if (source === undefined && failure !== undefined) throw notAsked(name, failure);
        if (options.reveal === true && !session.output.json) {
          if (text === undefined) {
            session.output.note(unset(name));
            return exitCodes.findings;
          }
          stdout.write(stdout.isTTY === true ? `${text}\n` : text);
          return exitCodes.done;
        }
        const { environment } = settings;
        const told = {
          name,
          environment,
          kind,
          source: source ?? null,
          locator: locator ?? null,
          version: version ?? null,
          freshness,
        };
        session.output.result(options.reveal === true ? { ...told, value: text ?? null } : told, () =>
          source === undefined
            ? unset(name)
            : printable(
                `${name} comes from ${source}: ${locator}${version === undefined ? '' : `, version ${version}`}`,
              ),
        );
        if (source !== undefined && options.reveal !== true)
          session.output.note('Its value is printed with --reveal.');
        return source === undefined ? exitCodes.findings : exitCodes.done;
      }),
    );

const unset = (name: string): string => `${name} is not set, and need not be`;

/** An optional one may be in the Vault that did not answer. */
const notAsked = (name: string, { code, message }: SourceFailure): CommandError =>
  new CommandError(
    exitCodeOfVault(code),
    `${name} is set nowhere else, and Vault could not be asked: ${message}`,
    { remedy: '`strongroom doctor` says what is wrong.' },
  );

/** A default whose schema makes something else of what it takes: nobody wrote it as text. */
const withoutText = (name: string): CommandError =>
  new CommandError(
    exitCodes.configuration,
    `${name} has its default, and there is no text that its schema makes it from`,
    { remedy: `Look it up where ${name} is declared.` },
  );
