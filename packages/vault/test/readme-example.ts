import { readFile } from 'node:fs/promises';
import { format } from 'node:util';
import * as core from '@strongroom/core';
import * as zod from 'zod';
import * as vault from '../src/index.js';

/** A program of the README: what it is, and what its comments say that it prints. */
export interface Example {
  readonly code: string;
  readonly says: readonly string[];
}

/** The program of the README that holds a text. */
export async function exampleWith(text: string): Promise<Example> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map(([, block = '']) => block);
  const code = blocks.find((block) => block.includes(text));
  if (code === undefined) throw new Error(`The README has no program with ${text}`);
  // Node.js 20 does not know it.
  if (code.includes('await using')) throw new Error('The program does not run on Node.js 20');
  return { code, says: [...code.matchAll(/^\/\/ (.*)\n(?!import)/gm)].map(([, line = '']) => line) };
}

/**
 * Runs it against a server.
 *
 * @returns the lines that it printed
 */
export async function runExample({ code }: Example, address: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const log = (...args: unknown[]) => void lines.push(format(...args));
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...args: string[]
  ) => (names: object, console: object) => Promise<void>;
  const body = code
    .replace(/^import \{(.*)\} from .*$/gm, 'const {$1} = names;')
    .replaceAll('http://127.0.0.1:8200', address);
  await new AsyncFunction('names', 'console', body)({ ...core, ...zod, ...vault }, { log });
  return lines;
}
