import { Argument, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { commandOf } from '../common-options.js';
import { type Completed, completionScript, shells } from '../completion-script.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { verbs } from '../verbs.js';

export const define = (host: Host) =>
  commandOf('completion', 'Prints the completion of verbs and options for a shell.', [
    ['source <(strongroom completion bash)', 'in ~/.bashrc'],
    ['strongroom completion zsh > ~/.zfunc/_strongroom', 'once, for zsh; the folder has to be in fpath'],
    ['strongroom completion fish > ~/.config/fish/completions/strongroom.fish', 'once, for fish'],
  ])
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell, options) =>
      host.run(options, async (session) => {
        const completed = await Promise.all(
          Object.entries(verbs).map(async ([name, { summary, load }]): Promise<Completed> => {
            const command: CommandUnknownOpts = (await load()).define(host);
            const hasArguments = command.registeredArguments.length > 0;
            return { name, summary, options: optionsOf(command), hasArguments, words: wordsOf(command) };
          }),
        );
        const script = completionScript(shell, completed);
        session.output.result({ shell, script }, () => script);
        return exitCodes.done;
      }),
    );

const optionsOf = ({ options }: CommandUnknownOpts): Completed['options'] =>
  [...options, new Option('-h, --help', 'show how it is used')].map(
    ({ long, short, description, required, argChoices = [] }) => ({
      names: [long, short].filter((name) => name != null),
      description,
      hasValue: required,
      choices: argChoices,
    }),
  );

const wordsOf = ({ registeredArguments }: CommandUnknownOpts): readonly string[] =>
  registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
