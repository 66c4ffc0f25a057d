import { exitCodes } from './exit-code.js';
import { run } from './run.js';
import { processIo } from './terminal/process-io.js';

/** What it ends with when what it says can be written nowhere. */
let unheard: number | undefined;
for (const [name, stream] of Object.entries({ output: process.stdout, error: process.stderr })) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    // Whoever reads it may have enough of it, as `head` does: what was found is found all the same.
    if (code === 'EPIPE') return;
    unheard ??= exitCodes.file;
    if (stream === process.stdout) {
      process.stderr.write(`error: standard ${name} cannot be written (${code})\n`);
    }
    process.exitCode = unheard;
  });
}

const exitCode = await run(process.argv.slice(2), processIo());
process.exitCode = unheard ?? exitCode;
