import { quote } from '../../go/format-value.js';
import { isJsonArray, isJsonMap, type JsonMap, JsonNumber, type JsonValue } from '../../json/json-value.js';
import { globMatches } from '../../policies/parameter-check.js';
import { JwtError } from './jwt.js';

/** The claim of a name, or at a path such as `/realm/roles`. */
export function claimAt(claims: JsonMap, name: string): JsonValue | undefined {
  if (!name.startsWith('/')) return claims.get(name);
  let value: JsonValue | undefined = claims;
  for (const segment of name.slice(1).split('/')) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isJsonMap(value)) value = value.get(key);
    else if (isJsonArray(value)) value = value[Number(key)];
    else return undefined;
  }
  return value;
}

const textOf = (value: JsonValue): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return value instanceof JsonNumber ? value.text : undefined;
};

const listOf = (value: JsonValue): readonly JsonValue[] => (isJsonArray(value) ? value : [value]);

const claimFits = (wanted: JsonValue, actual: JsonValue, globs: boolean): boolean => {
  const text = textOf(wanted);
  const given = textOf(actual);
  if (text === undefined || given === undefined) return false;
  return globs ? globMatches(text, given) : text === given;
};

/** @throws JwtError for the first claim that is not one of those it is bound to */
export function checkBoundClaims(claims: JsonMap, bound: JsonMap | null, globs: boolean): void {
  for (const [name, wanted] of bound ?? []) {
    const actual = claimAt(claims, name);
    if (actual === undefined || actual === null) throw new JwtError(`claim ${quote(name)} is missing`);
    const fits = listOf(actual).some((item) =>
      listOf(wanted).some((allowed) => claimFits(allowed, item, globs)),
    );
    if (!fits) {
      throw new JwtError(`claim ${quote(name)} does not match any associated bound claim values`);
    }
  }
}

/** The metadata that claims give a token. @throws JwtError */
export function mappedClaims(
  claims: JsonMap,
  mappings: ReadonlyMap<string, string> | null,
): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [source, target] of mappings ?? []) {
    const value = claimAt(claims, source);
    if (value === undefined || value === null) continue;
    const text = textOf(value);
    if (text === undefined) {
      throw new JwtError(`error converting claim '${source}' to string from unknown type`);
    }
    metadata.set(target, text);
  }
  return metadata;
}
