import { Command, CommanderError } from '@commander-js/extra-typings';
import { CommandError } from './command-error.js';
import type { CommonOptions } from './common-options.js';
import { exitCodes } from './exit-code.js';
import { Host } from './host.js';
import { checkNoSecrets } from './secret-arguments.js';
import { isDebug } from './session.js';
import { reportFailure } from './terminal/failure-report.js';
import type { Io } from './terminal/io.js';
import { Output } from './terminal/output.js';
import { type VerbName, verbs } from './verbs.js';

/**
 * Runs the command. It reads and changes nothing of the process but what `io` gives, and does not end it.
 *
 * @param argv what stands after the command's name
 * @returns the exit code, as the README lists them
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const host = new Host(io);
  const program = new Command('strongroom')
    .description('Moves secrets into Vault or OpenBao, and says where each setting comes from.')
    .helpCommand('help [verb]', 'show how a verb is used')
    .addHelpText('after', '\nstrongroom help VERB shows its options and examples.');
  const asked = argv[0] === 'help' ? argv[1] : argv[0];
  try {
    checkNoSecrets(argv);
    for (const [name, { summary, load }] of Object.entries(verbs)) {
      const verb = name === asked ? (await load()).define(host) : new Command(name);
      program.addCommand(verb.summary(summary));
    }
    program.option('-V, --version', 'print the version');
    if (asked === '--version' || asked === '-V') {
      io.stdout.write(`${await versionOf()}\n`);
      return exitCodes.done;
    }
    for (const command of [program, ...program.commands]) {
      command.exitOverride().configureOutput({
        writeOut: (text) => void io.stdout.write(text),
        // Told by whoever catches it, without what was typed.
        writeErr: () => undefined,
        getOutHelpWidth: () => io.stdout.columns ?? 100,
        getErrHelpWidth: () => io.stderr.columns ?? 100,
        getOutHasColors: () => false,
      });
    }
    if (argv.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return host.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    const told = error instanceof CommanderError ? usageOf(error, asked) : error;
    // Behind -- they are those of another command.
    const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
    const options: CommonOptions = own.includes('--debug') ? { debug: true } : {};
    return reportFailure(told, new Output(io, own.includes('--json')), isDebug(io, options));
  }
}

/** What is wrong with the arguments. What was typed may be a secret that was pasted: only names are repeated. */
function usageOf({ message }: CommanderError, asked: string | undefined): CommandError {
  const words = message
    .replace(/^error: /, '')
    .replace(/(unknown option '[^=']*)=[^']*'/s, "$1'")
    .replace(/argument '.*' is invalid/s, 'argument is invalid');
  const verb = asked !== undefined && Object.hasOwn(verbs, asked) ? (asked as VerbName) : undefined;
  const help = verb === undefined ? 'strongroom --help' : `strongroom ${verb} --help`;
  return new CommandError(exitCodes.usage, words, { remedy: `\`${help}\` shows what there is.` });
}

async function versionOf(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
