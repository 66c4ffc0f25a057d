import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError } from '../command-error.js';
import { exitCodes } from '../exit-code.js';

/** Secrets to begin with, by path below `secret/`. */
export type Seed = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** @throws CommandError for a file that is not what it should be; it repeats nothing of it */
export async function readSeed(cwd: string, file: string): Promise<Seed> {
  const text = await readFile(resolve(cwd, file), 'utf8');
  const seed = parsed(text);
  if (!isObject(seed) || !Object.values(seed).every(isObject)) {
    throw new CommandError(exitCodes.configuration, `${file} is no JSON of secrets`, {
      remedy: 'Write {"shop/development/database": {"url": "…"}}: by path below secret/, each an object.',
    });
  }
  return seed as Seed;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
