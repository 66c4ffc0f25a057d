import type { EnvironmentVariables } from '@strongroom/core';
import { Entry } from '../entry.js';
import type { Reading } from './reading.js';

const origin = Object.freeze({ reader: 'environment', place: 'the process environment' });

/**
 * Reads environment variables, each as it is. Variables that are set but empty are entries too.
 *
 * @param variables copied, never written. @default process.env
 */
export async function readEnvironment(variables: EnvironmentVariables = process.env): Promise<Reading> {
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined) entries.push(new Entry(name, value, origin));
  }
  return { entries, warnings: [] };
}
