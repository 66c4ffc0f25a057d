import { access } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { commandOf } from '../common-options.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { backupKey } from '../migration/dotenv-clean-up.js';
import { checkIsNew } from '../new-file.js';

export const define = (host: Host) =>
  commandOf(
    'restore',
    'Brings back a .env file from the encrypted backup that `strongroom migrate --clean-up` has left beside it. A file that is there is not replaced.',
    [
      ['strongroom restore .env.2026-01-02T03-04-05-678Z.backup', 'to .env.restored, with the passphrase'],
      ['strongroom restore prod.backup --to prod.env --backup-key ~/backup.key', 'with the key file'],
    ],
  )
    .argument('<backup>', 'the backup')
    .option('--to <file>', 'the file to write (default: the name of the backed-up file, with .restored)')
    .option('--backup-key <file>', 'the key of the backup (default: a passphrase is asked for)')
    .action((backup, options) =>
      host.run(options, async (session) => {
        const { restoreBackup } = await import('@strongroom/migrate');
        const { cwd } = session.io;
        const from = resolve(cwd, backup);
        const to =
          options.to === undefined
            ? join(dirname(from), restoredName(basename(from)))
            : resolve(cwd, options.to);
        // Nobody is asked for a passphrase in vain.
        await access(from);
        await checkIsNew(to);
        await restoreBackup(from, { to, key: await backupKey(session, options.backupKey) });
        session.output.result({ backup: from, file: to }, () => '');
        session.output.warn(
          `${session.output.path(to)} holds secrets in plain text again. Delete it when it has served.`,
        );
        return exitCodes.done;
      }),
    );

const restoredName = (name: string): string =>
  `${name.replace(/\.\d{4}-\d\d-\d\dT[\d-]+Z\.backup$|\.backup$/, '')}.restored`;
