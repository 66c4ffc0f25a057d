import { parseBoolean } from '@strongroom/core';
import { loadSettings } from '@strongroom/node';
import { definition, refuseToStart } from 'pake';
import colors from 'picocolors';
import { readArguments, usage } from './arguments.js';
import { provenanceTable } from './provenance-table.js';
import { stderrLogger } from './stderr-logger.js';

/** Loads the settings and prints where each comes from; with `--survey`, also what Vault holds underneath. */
async function main(): Promise<void> {
  const told = readArguments(process.argv.slice(2));
  if ('wrong' in told) {
    process.stderr.write(`${told.wrong}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  if (told.help) {
    process.stdout.write(usage);
    return;
  }
  // Read before the settings are there, because it is about loading them.
  const debug = parseBoolean(process.env['PAKE_DEBUG'] ?? '') === true;
  const settings = await loadSettings(definition, debug ? { logger: stderrLogger() } : {});
  try {
    const explanations = told.survey ? await settings.survey() : settings.explain();
    const { status } = settings.state;
    const shade = status === 'ready' ? colors.green : colors.yellow;
    process.stdout.write(
      `${definition.application} in ${settings.environment}: ${shade(status)}\n\n` +
        `${provenanceTable(explanations, settings.current(), process.stdout.columns)}\n`,
    );
  } finally {
    await settings.close();
  }
}

main().catch(refuseToStart);
