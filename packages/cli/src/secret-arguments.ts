import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';

/** Options that people try, and of which none exists on purpose. */
const refused =
  /^--?(?:vault-?)?(?:token|pass(?:word|phrase|wd)?|secret(?:-id)?|value|api-?key|key|credentials?)(?:=|$)/i;

/**
 * Refuses secrets as arguments: every user of the machine sees them, and the shell keeps them.
 *
 * @throws CommandError which does not repeat what was typed
 */
export function checkNoSecrets(argv: readonly string[]): void {
  const end = argv.indexOf('--');
  const found = argv.slice(0, end < 0 ? undefined : end).find((argument) => refused.test(argument));
  if (found === undefined) return;
  const name = found.split('=', 1)[0];
  throw new CommandError(
    exitCodes.usage,
    `${name} does not exist: an argument is seen by everybody on this machine, and the shell keeps it`,
    {
      remedy:
        'Give Vault’s token by VAULT_TOKEN, VAULT_TOKEN_FILE or `vault login`; other secrets by a file, standard input or the prompt.',
    },
  );
}
