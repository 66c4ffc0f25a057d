#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCommand } from './command/run-command.js';

const manifest: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

const result = await runCommand(process.argv.slice(2), {
  env: process.env,
  version: manifest.version,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
});

if ('exitCode' in result) {
  process.exitCode = result.exitCode;
} else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void result.server.close());
  }
}
