import { Command } from '@commander-js/extra-typings';
import type { VerbName } from './verbs.js';

/** The options that every verb has. */
export interface CommonOptions {
  readonly environment?: string | undefined;
  readonly config?: string | undefined;
  readonly json?: true | undefined;
  readonly debug?: true | undefined;
}

/** An example: what is typed, and what it does. */
export type Example = readonly [command: string, does: string];

/** Begins the definition of a verb with what every verb has. */
export function commandOf(name: VerbName, description: string, examples: readonly Example[]) {
  const width = Math.max(...examples.map(([command]) => command.length));
  const lines = examples.map(([command, does]) => `  ${command.padEnd(width)}   ${does}`);
  return new Command(name)
    .description(description)
    .option('-e, --environment <name>', 'the environment (default: APP_ENV, then NODE_ENV, then development)')
    .option('--config <file>', 'the configuration (default: strongroom.config.ts here or in a folder above)')
    .option('--json', 'print the result as JSON')
    .option('--debug', 'show each request, and the stack of an error')
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
