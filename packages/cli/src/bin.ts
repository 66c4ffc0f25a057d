import { processIo } from './process-io.js';
import { run } from './run.js';

// Whoever reads the output may have enough of it, as `head` does.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exitCode = error.code === 'EPIPE' ? 0 : 7;
  });
}

process.exitCode = await run(process.argv.slice(2), processIo());
