import { InvalidArgumentError } from '@commander-js/extra-typings';
import { commandOf } from '../common-options.js';
import { type DevVault, startDevVault } from '../dev/dev-vault.js';
import { readSeed } from '../dev/seed.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { printable } from '../terminal/printable.js';

export const define = (host: Host) =>
  commandOf(
    'dev',
    'Starts a Vault for development on this machine, until Ctrl-C: `vault` or `bao` in dev mode when one of them is on PATH, otherwise the embedded server. Everything is in memory, and gone at the end.',
    [
      ['strongroom dev', 'a server at http://127.0.0.1:8200, and how to use it'],
      ['strongroom dev --seed seed.json', 'with secrets: {"shop/development/database": {"url": "…"}}'],
      ['strongroom dev --embedded --port 0', 'the embedded server, on a free port'],
    ],
  )
    .option('--port <port>', 'the port; 0 for a free one', portOf, 8200)
    .option('--embedded', 'the embedded server, also when vault or bao is there')
    .option('--seed <file>', 'JSON of secrets to begin with: by path below secret/, each an object')
    .action((options) =>
      host.run(options, async (session) => {
        const { io, output } = session;
        const seed = options.seed === undefined ? {} : await readSeed(io.cwd, options.seed);
        const server = await startDevVault(io, { port: options.port, embedded: options.embedded === true });
        session.opened(server.close);
        const ended = new Promise<number>((resolve) => {
          let stopping = false;
          session.takeSignals(['SIGINT', 'SIGTERM'], () => {
            stopping = true;
            resolve(exitCodes.done);
          });
          void server.ended.then(() => {
            // A terminal gives Ctrl-C to both.
            if (stopping) return;
            output.warn(`${server.kind} has ended by itself.`);
            resolve(exitCodes.unavailable);
          });
        });
        await server.seed(seed);
        output.result(describe(server), () => instructions(server));
        return ended;
      }),
    );

const describe = ({ address, rootToken, kind }: DevVault) => ({ address, rootToken, kind });

const instructions = ({ address, rootToken, kind }: DevVault): string =>
  `${printable(kind)} for development at ${address}

  export USE_VAULT=true VAULT_ADDR=${address} VAULT_TOKEN=${printable(rootToken)}

Then in another terminal: \`strongroom doctor\`, \`strongroom migrate\`, or your program. Ctrl-C ends it.`;

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It is no port.');
}
