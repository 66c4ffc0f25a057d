// What is published is what is packed: each tarball is looked through by publint and attw, and a project that has
// nothing but the tarballs and their peers is compiled against them under every resolution that is promised.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './workspace.mjs';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-tarballs-'));
let faults = 0;
try {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  for (const directory of packages) unpack(directory);
  const consumer = join(folder, 'consumer');
  const command = join(consumer, 'node_modules/strongroom/bin/strongroom.js');
  cpSync(join(root, 'tooling/commands/consumer'), consumer, { recursive: true });
  // The adapters' own tools: what a consumer installs beside the packages.
  link('packages/express', ['express', '@types/express', 'zod']);
  link('packages/fastify', ['fastify', 'fastify-plugin']);
  link('packages/vault', ['node-vault']);
  link('packages/migrate', ['@secretlint/secretlint-rule-preset-recommend', 'dotenv', 'ignore', 'yaml']);
  link('packages/cli', ['@clack/prompts', '@commander-js/extra-typings', 'cli-table3', 'commander']);
  link('packages/cli', ['cross-spawn', 'jiti', 'picocolors']);
  link('.', ['@types/node']);
  for (const resolution of ['nodenext', 'node20', 'bundler']) {
    run(`a consumer under ${resolution}`, 'tsc', ['-p', join(consumer, `tsconfig.${resolution}.json`)]);
  }
  // One copy, whether it is imported or required.
  const both = `const required = require('NAME');
    import('NAME').then((imported) => {
      if (!Object.keys(imported).every((key) => imported[key] === required[key])) process.exit(1);
    });`;
  // What is for tests too, of whatever runner: there is no vitest here.
  for (const name of [
    ...['core', 'dev-server', 'express', 'fastify', 'migrate', 'node', 'vault'],
    ...['core/testing', 'node/testing'],
  ]) {
    run(
      `loading ${name}`,
      process.execPath,
      ['-e', both.replaceAll('NAME', `@strongroom/${name}`)],
      consumer,
    );
  }
  run('loading strongroom', process.execPath, ['-e', both.replaceAll('NAME', 'strongroom')], consumer);
  // What is installed is the file that package.json names, which finds all that it needs.
  for (const verb of ['--version', 'help migrate', 'completion bash']) {
    run(`strongroom ${verb}`, process.execPath, [command, ...verb.split(' ')], consumer);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = faults === 0 ? 0 : 1;

/** Packs a package, checks what was packed, and puts it where the consumer finds it. */
function unpack(directory) {
  const { name } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const packed = join(folder, name.replace('/', '-'));
  mkdirSync(packed);
  if (!run(`packing ${name}`, 'pnpm', ['pack', '--pack-destination', packed], directory)) return;
  const tarball = join(packed, readdirSync(packed)[0]);
  run(`publint of ${name}`, 'publint', ['--strict', tarball]);
  run(`attw of ${name}`, 'attw', ['--profile', 'esm-only', tarball]);
  const target = join(folder, 'consumer/node_modules', name);
  mkdirSync(target, { recursive: true });
  run(`unpacking ${name}`, 'tar', ['-xzf', tarball, '--strip-components=1', '-C', target]);
}

/** Has the consumer find dependencies where a package of the workspace finds them. */
function link(from, names) {
  for (const name of names) {
    const path = join(folder, 'consumer/node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(realpathSync(join(root, from, 'node_modules', name)), path);
  }
}

function run(title, command, args, cwd = root) {
  const local = join(root, 'node_modules/.bin');
  const env = { ...process.env, PATH: `${local}:${process.env.PATH}` };
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status === 0) return true;
  faults++;
  process.stderr.write(`${title} failed\n${error?.message ?? ''}${stdout}${stderr}\n`);
  return false;
}
