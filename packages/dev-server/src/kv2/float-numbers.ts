import { isJsonArray, isJsonMap, JsonNumber, type JsonValue } from '../json/json-value.js';
import { failure } from '../logical/logical-fault.js';

/**
 * Numbers as KV version 2 returns them. Unlike the rest of Vault it reads them as 64-bit floats, so that
 * `1.0` comes back as `1` and integers beyond 2^53 lose their last digits. A stand-in that were kinder here
 * would hide that from the tests of its users.
 */
export function withFloatNumbers(value: JsonValue): JsonValue {
  if (value instanceof JsonNumber) {
    const number = Number(value.text);
    if (!Number.isFinite(number)) {
      throw failure(`json: cannot unmarshal number ${value.text} into Go value of type float64`);
    }
    return new JsonNumber(Object.is(number, -0) ? '-0' : String(number));
  }
  if (isJsonArray(value)) return value.map(withFloatNumbers);
  if (!isJsonMap(value)) return value;
  return new Map([...value].map(([key, item]): [string, JsonValue] => [key, withFloatNumbers(item)]));
}
