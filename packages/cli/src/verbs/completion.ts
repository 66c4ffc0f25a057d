import { Argument, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { commandOf } from '../common-options.js';
import { type Completed, type CompletedOption, completionScript, shells } from '../completion-script.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { verbs } from '../verbs.js';

export const define = (host: Host) =>
  commandOf(
    'completion',
    'Prints the completion of verbs, of options and of what an option may be, for a shell.',
    [
      ['source <(strongroom completion bash)', 'in ~/.bashrc'],
      ['strongroom completion zsh > ~/.zfunc/_strongroom', 'once, for zsh; the folder has to be in fpath'],
      ['strongroom completion fish > ~/.config/fish/completions/strongroom.fish', 'once, for fish'],
    ],
  )
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

const optionsOf = ({ options }: CommandUnknownOpts): Completed['options'] => [
  ...options.map(
    ({ long, short, description, required, optional, argChoices }): CompletedOption => ({
      names: [long, short].filter((name) => name != null),
      description,
      takesValue: required || optional,
      values: argChoices ?? [],
    }),
  ),
  { names: ['--help', '-h'], description: 'show how it is used', takesValue: false, values: [] },
];

const wordsOf = ({ registeredArguments }: CommandUnknownOpts): readonly string[] =>
  registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
