import type { Logger } from '@strongroom/core';
import colors from 'picocolors';

/** A logger for people: one line an event, on standard error. */
export function stderrLogger(): Logger {
  const write = (level: string) => (details: object, message: string) => {
    process.stderr.write(
      `${colors.dim(level.padEnd(5))} ${message} ${colors.dim(JSON.stringify(details))}\n`,
    );
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
