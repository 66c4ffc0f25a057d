import { parseArgs } from 'node:util';
import type { DevServer } from '../server/dev-server.js';
import { DevServerError } from '../server/dev-server-error.js';
import type { DevServerOptions } from '../server/options.js';
import { startDevServer } from '../server/start-dev-server.js';
import { HELP } from './help.js';

/** What the command sees of its process. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** How the command went: it is over with an exit code, or a server runs. */
export type CommandResult = { readonly exitCode: number } | { readonly server: DevServer };

/** The arguments make no sense. */
class UsageError extends Error {}

function listenAddress(text: string): { host: string; port: number } {
  const found = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  const port = Number(found?.[2] ?? Number.NaN);
  if (found === null || port > 65_535) {
    throw new UsageError(`--listen takes HOST:PORT, such as 127.0.0.1:8200, but was "${text}"`);
  }
  return { host: found[1] || '127.0.0.1', port };
}

function parse(argv: readonly string[]): {
  listen: string;
  'root-token'?: string;
  data?: string;
  uninitialised?: boolean;
  help?: boolean;
  version?: boolean;
} {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        listen: { type: 'string', default: '127.0.0.1:8200' },
        'root-token': { type: 'string' },
        data: { type: 'string' },
        uninitialised: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    // Only the first sentence: what follows is advice on quoting that does not help here.
    throw new UsageError(error instanceof Error ? error.message.replace(/\. .*$/s, '') : 'bad arguments');
  }
}

const notEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** Runs the command `strongroom-dev-server`. */
export async function runCommand(argv: readonly string[], context: CommandContext): Promise<CommandResult> {
  try {
    const flags = parse(argv);
    if (flags.help) {
      context.stdout(HELP);
      return { exitCode: 0 };
    }
    if (flags.version) {
      context.stdout(`${context.version}\n`);
      return { exitCode: 0 };
    }
    const chosenToken = notEmpty(flags['root-token']) ?? notEmpty(context.env['VAULT_DEV_ROOT_TOKEN_ID']);
    const options: DevServerOptions = {
      ...listenAddress(flags.listen),
      ...(chosenToken === undefined ? {} : { rootToken: chosenToken }),
      ...(flags.data === undefined ? {} : { dataFile: flags.data }),
      initialised: !flags.uninitialised,
    };
    const server = await startDevServer(options);
    // A token that the user chose is known to the user; one that we made has to be told.
    const shown = chosenToken === undefined && server.rootToken !== '';
    const token = shown ? `, root token ${server.rootToken}` : '';
    context.stdout(`Strongroom dev server listens at ${server.address}${token} (development only)\n`);
    return { server };
  } catch (error) {
    if (error instanceof UsageError) {
      context.stderr(`strongroom-dev-server: ${error.message}. Try --help.\n`);
      return { exitCode: 2 };
    }
    if (error instanceof DevServerError) {
      context.stderr(`strongroom-dev-server: ${error.message}\n`);
      return { exitCode: error.code === 'NOT_LOOPBACK' ? 2 : 1 };
    }
    throw error;
  }
}
