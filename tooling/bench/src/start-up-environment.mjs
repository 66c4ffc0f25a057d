import { report, runRounds } from './rounds.mjs';

/** From the environment alone: import and first snapshot of four settings, over bare Node. */
export async function startUpFromEnvironment(rounds) {
  const env = {
    DATABASE_URL: 'postgresql://bench:bench@localhost/bench',
    REDIS_URL: 'redis://localhost:6379/1',
    SECRET_KEY: 'bench-secret-key',
    PORT: '8000',
  };
  const results = await runRounds(
    [
      { name: 'bare Node', program: 'bare', env },
      { name: '@t3-oss/env-core with zod', program: 't3-env', env },
      { name: 'strongroom: createResolver', program: 'strongroom-environment', env },
      { name: 'strongroom: loadSettings', program: 'strongroom-load-settings', env },
      { name: 'strongroom: loadSettings, text settings', program: 'strongroom-text', env },
      { name: 'zod alone', program: 'zod', env },
    ],
    rounds,
  );
  const bare = results.find(({ name }) => name === 'bare Node').samples;
  const over = results
    .filter(({ name }) => name !== 'bare Node')
    .map(({ name, samples }) => ({
      name,
      samples: samples.map((sample, round) => ({ ...sample, wallMs: sample.wallMs - bare[round].wallMs })),
    }));
  report(
    'Environment only, whole process over bare Node',
    over,
    ({ wallMs }) => wallMs,
    '@t3-oss/env-core with zod',
  );
  report(
    'Environment only, import and first snapshot inside the process',
    over,
    ({ workMs }) => workMs,
    '@t3-oss/env-core with zod',
  );
  report('The same, in processor time', over, ({ cpuMs }) => cpuMs, '@t3-oss/env-core with zod');
}
