// Runs when it is imported: `node --import @strongroom/node/preload app.js`.
import { writeSync } from 'node:fs';
import { isStrongroomError } from '@strongroom/core';
import { preloadEnvironment } from './preloaded-environment.js';

/** What sysexits.h calls EX_CONFIG: something is wrong with the settings, and nothing was run. */
const exitCode = 78;

try {
  await preloadEnvironment(process.env, process.cwd());
} catch (error) {
  // An error of the module that was named tells most by its stack; ours are written for people.
  const text = isStrongroomError(error)
    ? `${error.code} ${error.message}`
    : String(Object(error).stack ?? error);
  writeSync(2, `@strongroom/node/preload: the program was not started.\n${text}\n`);
  process.exit(exitCode);
}
