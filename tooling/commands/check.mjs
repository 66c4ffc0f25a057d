// `pnpm check`: all that CI does. Ends with one line, `N passed, N failed`, over all steps and tests.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeServers } from './servers-tested.mjs';
import { root, step, tool } from './workspace.mjs';

const report = join(root, '.reports', 'tests.json');
rmSync(report, { force: true });
mkdirSync(join(root, '.reports'), { recursive: true });

const steps = [
  ['build', tool('turbo', 'run', 'build', '--output-logs=errors-only')],
  ['types', tool('turbo', 'run', 'typecheck', '--output-logs=errors-only')],
  ['lint and format', tool('biome', 'check', '--error-on-warnings')],
  ['lockfile names no host', ['node', 'tooling/commands/lockfile.mjs']],
  ['tarballs, as a consumer sees them', tool('node', 'tooling/commands/tarballs.mjs')],
  ['promises have their tests', ['node', 'tooling/commands/guarantees.mjs']],
];
let passed = 0;
let failed = 0;
for (const [title, command] of steps) {
  const { ok } = await step(title, command);
  if (ok) passed++;
  else failed++;
  // Without a build nothing after it means anything.
  if (!ok && title === 'build') finish();
}

const tests = await step(
  'tests',
  tool('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`),
  {
    show: true,
  },
);
const results = readReport();
passed += results?.numPassedTests ?? 0;
failed += results?.numFailedTests ?? 0;
// A file that could not even be loaded has no tests to count, and must not pass unseen.
failed += (results?.testResults ?? []).filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
).length;
if (!tests.ok && failed === 0) failed++;
if (results !== undefined) for (const line of describeServers(results)) process.stdout.write(`${line}\n`);
finish();

function finish() {
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exit(failed === 0 ? 0 : 1);
}

function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return undefined;
  }
}
