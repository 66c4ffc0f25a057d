import { parseArgs } from 'node:util';

export const usage = `Usage: node apps/worker/dist/main.js [--survey]

Loads the settings of PAKE and prints where each of them comes from.

  --survey    also ask the sources that were overridden
  --help, -h  print this

  APP_ENV                            development, staging or production
  USE_VAULT, VAULT_URL, VAULT_TOKEN  turn Vault on, and say where and with what
  PAKE_DEBUG=true                    log how the settings are loaded
`;

/** Reads what the worker was told, or what makes no sense in it. */
export function readArguments(
  args: readonly string[],
): { readonly survey: boolean; readonly help: boolean } | { readonly wrong: string } {
  const options = { survey: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { survey = false, help = false } = parseArgs({ args: [...args], options }).values;
    return { survey, help };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : 'The arguments make no sense' };
  }
}
