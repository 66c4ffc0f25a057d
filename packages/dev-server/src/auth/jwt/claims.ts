import { formatFloat } from '../../go/format-float.js';
import { formatValue, quote } from '../../go/format-value.js';
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

// Claims are read into floating point, unlike the bodies of requests.
const asDecoded = (value: JsonValue): JsonValue =>
  value instanceof JsonNumber ? new JsonNumber(formatFloat(Number(value.text))) : value;

// Neither a number nor a map is compared with anything.
function listOf(value: JsonValue, label: string): readonly JsonValue[] {
  if (isJsonArray(value)) return value;
  if (typeof value === 'string' || typeof value === 'boolean') return [value];
  throw new JwtError(`${label} is not a string or list: ${formatValue(value)}`);
}

function claimFits(wanted: JsonValue, actual: JsonValue, globs: boolean): boolean {
  if (typeof wanted === 'string' && typeof actual === 'string') {
    return globs ? globMatches(wanted, actual) : wanted === actual;
  }
  return !globs && typeof wanted === 'boolean' && wanted === actual;
}

/** @throws JwtError for the first claim that is not one of those it is bound to */
export function checkBoundClaims(claims: JsonMap, bound: JsonMap | null, globs: boolean): void {
  for (const [name, wanted] of bound ?? []) {
    const actual = claimAt(claims, name);
    if (actual === undefined || actual === null) throw new JwtError(`claim ${quote(name)} is missing`);
    const given = listOf(asDecoded(actual), 'received claim');
    const allowed = listOf(wanted, 'bound claim');
    if (!given.some((item) => allowed.some((value) => claimFits(value, item, globs)))) {
      throw new JwtError(`claim ${quote(name)} does not match any associated bound claim values`);
    }
  }
}

/** The metadata that claims give a token. @throws JwtError for a claim that is no text */
export function mappedClaims(
  claims: JsonMap,
  mappings: ReadonlyMap<string, string> | null,
): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [source, target] of mappings ?? []) {
    const value = claimAt(claims, source);
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') throw new JwtError(`error converting claim '${source}' to string`);
    metadata.set(target, value);
  }
  return metadata;
}

/** The name by which a token shows its user. @throws JwtError where it has none */
export function userOf(claims: JsonMap, claim: string): string {
  const user = claims.get(claim);
  if (user === undefined) throw new JwtError(`claim ${quote(claim)} not found in token`);
  if (typeof user !== 'string') throw new JwtError(`claim ${quote(claim)} could not be converted to string`);
  return user;
}

/** @throws JwtError where the claim that is to name groups does not */
export function checkGroups(claims: JsonMap, claim: string): void {
  if (claim === '') return;
  const value = claimAt(claims, claim);
  if (value === undefined || value === null) {
    throw new JwtError(`failed to fetch groups: ${quote(claim)} claim not found in token`);
  }
  if (!isJsonArray(value) && typeof value !== 'string' && typeof value !== 'boolean') {
    throw new JwtError(`${quote(claim)} claim could not be converted to string list`);
  }
  for (const group of isJsonArray(value) ? value : [value]) {
    if (typeof group === 'string') continue;
    throw new JwtError(
      `value ${formatValue(asDecoded(group))} in groups claim could not be parsed as string`,
    );
  }
}
