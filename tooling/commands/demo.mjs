// `npm run demo`: from a fresh clone to the main job, in one command.
import { install, step, tool } from './workspace.mjs';

await install();
const build = await step(
  'build',
  tool('turbo', 'run', 'build', '--filter=pake-demo...', '--output-logs=errors-only'),
);
if (!build.ok) process.exit(1);
process.stdout.write('\n');
const { spawnSync } = await import('node:child_process');
const { root } = await import('./workspace.mjs');
const { status } = spawnSync(process.execPath, ['apps/demo/dist/demo.js'], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
