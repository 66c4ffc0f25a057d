import { DurationError, parseDuration } from '../go/duration.js';
import { quote } from '../go/format-value.js';
import { type JsonMap, JsonNumber, type JsonValue } from '../json/json-value.js';
import {
  DecodeError,
  decodeBool,
  decodeFloat,
  decodeInt,
  decodeList,
  decodeMap,
  decodeString,
  decodeStringMap,
} from './weak-decode.js';

/** The types that a field of a path can have, and what reading one yields. Durations are whole seconds. */
export interface FieldValues {
  readonly string: string;
  readonly lowerCase: string;
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
  readonly map: JsonMap;
  readonly pairs: ReadonlyMap<string, string>;
  readonly duration: number;
  readonly signedDuration: number;
  readonly strings: readonly string[];
  readonly commaStrings: readonly string[];
  readonly commaInts: readonly number[];
}

export type FieldType = keyof FieldValues;

type Decoders = { readonly [TType in FieldType]: (raw: JsonValue) => FieldValues[TType] | undefined };

/** Reads whole seconds; null counts as not set. */
function decodeDuration(raw: JsonValue): number | undefined {
  if (raw === null) return undefined;
  try {
    return Math.trunc(parseDuration(raw) / 1000);
  } catch (error) {
    throw error instanceof DurationError ? new DecodeError(error.message) : error;
  }
}

const splitCommas = (raw: JsonValue): JsonValue => {
  const text = raw instanceof JsonNumber ? raw.text : raw;
  return typeof text === 'string' ? (text === '' ? [] : text.split(',')) : text;
};

const trimmed = (items: readonly string[]): string[] => items.map((item) => item.trim());

function decodePairs(raw: JsonValue): ReadonlyMap<string, string> {
  try {
    return decodeStringMap(raw);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return new Map(
    decodeList(raw, decodeString).map((pair): [string, string] => {
      const at = pair.indexOf('=');
      if (at < 1) throw new DecodeError(`invalid key pair ${quote(pair)}`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

export const fieldDecoders: Decoders = {
  string: (raw) => decodeString(raw),
  lowerCase: (raw) => decodeString(raw).toLowerCase(),
  int: (raw) => decodeInt(raw),
  float: (raw) => decodeFloat(raw),
  bool: (raw) => decodeBool(raw),
  map: (raw) => decodeMap(raw),
  pairs: decodePairs,
  duration: (raw) => {
    const seconds = decodeDuration(raw);
    if (seconds !== undefined && seconds < 0) {
      throw new DecodeError(`cannot provide negative value '${seconds}'`);
    }
    return seconds;
  },
  signedDuration: decodeDuration,
  strings: (raw) => (raw === '' ? [] : trimmed(decodeList(raw, decodeString))),
  commaStrings: (raw) => trimmed(decodeList(splitCommas(raw), decodeString)),
  commaInts: (raw) => decodeList(splitCommas(raw), decodeInt),
};
