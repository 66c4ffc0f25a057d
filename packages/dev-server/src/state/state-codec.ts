import { JsonNumber } from '../json/json-value.js';
import type { StateTree } from './storage.js';

const FORMAT = 'strongroom-dev-server-state';
const VERSION = 1;

/** Maps and numbers as text have no form in JSON; they become objects with one marked key. */
function encode(value: unknown): unknown {
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [key, encode(item)]) };
  if (value instanceof JsonNumber) return { $number: value.text };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  if ('$map' in value && Array.isArray(value.$map)) {
    return new Map(
      value.$map.filter((entry: unknown) => Array.isArray(entry)).map(([key, item]) => [key, decode(item)]),
    );
  }
  if ('$number' in value && typeof value.$number === 'string') return new JsonNumber(value.$number);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
}

/** The state as the text of a file. */
export const encodeState = (state: StateTree): string =>
  `${JSON.stringify({ format: FORMAT, version: VERSION, state: encode(state) })}\n`;

/** @returns undefined for a text that `encodeState` did not write */
export function decodeState(text: string): StateTree | undefined {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof file !== 'object' || file === null) return undefined;
  if (!('format' in file) || file.format !== FORMAT || !('version' in file) || file.version !== VERSION) {
    return undefined;
  }
  const tree = 'state' in file ? decode(file.state) : undefined;
  if (!(tree instanceof Map)) return undefined;
  for (const [name, records] of tree) {
    if (typeof name !== 'string' || !(records instanceof Map)) return undefined;
  }
  return tree;
}
