import { lastName, namesSecret } from './secret-names.js';

// Looked at backwards from where a value begins, and at that place alone: a name, perhaps a type, a bond, perhaps the
// head of a block in YAML or an opening quote.
const bond =
  /(?<=(?<name>[A-Za-z_][\w$.-]{0,100})["'`\])]{0,4}(?:\s?:\s?[\w<>[\]|&]{1,40})?\s{0,40}(?<sign>=>|:=|\|\|=?|\?\?=?|\?:|=|:|,|>)(?:[ \t]?[|>][-+]?\d?\s{1,40}|\s{0,40}[rbuf]?["'`({[]{0,3}))/y;

/** The name that the code gives to what begins at a place: that of the variable, the key or the argument before it. */
export function nameBefore(text: string, start: number): string | undefined {
  bond.lastIndex = start;
  const { name, sign } = bond.exec(text)?.groups ?? {};
  if (name === undefined) return undefined;
  const last = lastName(name);
  // What stands before a comma, or in a tag, may be anything.
  const said = /^[A-Z][A-Z0-9_]{3,}$/.test(last) || namesSecret(last);
  return said || (sign !== ',' && sign !== '>' && last.length > 2) ? last : undefined;
}
