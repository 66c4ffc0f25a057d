import { isConfigurationError, parseBoolean } from '@strongroom/core';
import { loadSettings } from '@strongroom/node';
import colors from 'picocolors';
import { definition } from './definition.js';
import { provenanceTable } from './provenance-table.js';
import { stderrLogger } from './stderr-logger.js';

/** Loads the settings and prints where each comes from; with `--survey`, also what Vault holds underneath. */
async function main(): Promise<void> {
  // Read before the settings are there, because it is about loading them.
  const debug = parseBoolean(process.env['PAKE_DEBUG'] ?? '') === true;
  const settings = await loadSettings(definition, debug ? { logger: stderrLogger() } : {});
  try {
    const explanations = process.argv.includes('--survey') ? await settings.survey() : settings.explain();
    const { status } = settings.state;
    const shade = status === 'ready' ? colors.green : colors.yellow;
    process.stdout.write(
      `${definition.application} in ${settings.environment}: ${shade(status)}\n\n` +
        `${provenanceTable(explanations, settings.current())}\n`,
    );
  } finally {
    await settings.close();
  }
}

main().catch((error: unknown) => {
  if (!isConfigurationError(error)) throw error;
  process.stderr.write(`${colors.red(error.code)} ${error.message}\n`);
  process.exitCode = 1;
});
