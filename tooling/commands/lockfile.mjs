// The lockfile must work with whatever registry its user has: it records no address.
import { readFileSync } from 'node:fs';

const lines = readFileSync(new URL('../../pnpm-lock.yaml', import.meta.url), 'utf8').split('\n');
const hosts = lines.flatMap((line, index) =>
  /https?:|tarball:/.test(line) ? [`pnpm-lock.yaml:${index + 1}`] : [],
);
if (hosts.length > 0) {
  process.stderr.write(
    `These lines name a host; install again with an npmrc that does not:\n${hosts.join('\n')}\n`,
  );
  process.exitCode = 1;
}
