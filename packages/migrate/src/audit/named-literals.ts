import { type BoundLiteral, literalOf } from './bound-literal.js';
import { isHarmlessAddress } from './connection-string.js';
import { type FileKind, fileKind, isTest } from './file-kind.js';
import type { Literal } from './literal.js';
import type { Detection, Rule } from './rule.js';
import { lastName, namesSecret, settingName } from './secret-names.js';
import type { SecretSettings } from './secret-settings.js';
import { isReference, strengthOf } from './value-strength.js';

const defaultInCode: Rule = {
  id: 'default-in-code',
  level: 'error',
  message: 'A secret has a default in code, which is used wherever its variable is not set',
};
const declaredSecret: Rule = {
  id: 'declared-secret',
  level: 'error',
  message: 'A setting that the definition declares as a secret has its value here',
};
const secretConstant: Rule = {
  id: 'secret-constant',
  level: 'warning',
  message: 'What is named like a secret has a value that looks like one',
};
const weakSecret: Rule = {
  id: 'weak-secret',
  level: 'warning',
  message: 'A secret has a value that is easily guessed',
};

/**
 * Every literal that stands beside the name of a secret: assigned to it, as its default, as its argument. Names are
 * read in any case, values as the kind of file writes them.
 */
export function namedLiterals(text: string, file: string, secrets: SecretSettings): readonly Detection[] {
  const kind = fileKind(file);
  const found: Detection[] = [];
  let done = 0;
  for (const index of secrets.candidates(text)) {
    if (index < done) continue;
    const { start, end } = nameAround(text, index);
    done = end;
    const name = text.slice(start, end);
    const declared = secrets.has(name);
    if (!declared && !namesSecret(name)) continue;
    const bound = literalOf(text, start, end, kind);
    const rule = bound && ruleFor(bound, name, declared, file, kind);
    if (bound === undefined || rule === undefined) continue;
    const { start: from, end: to, value } = bound.literal;
    found.push({ rule, start: from, end: to, value, name: lastName(name) });
    done = Math.max(done, to);
  }
  return found;
}

function ruleFor(
  bound: BoundLiteral,
  name: string,
  declared: boolean,
  file: string,
  kind: FileKind,
): Rule | undefined {
  const { bond, literal, environment } = bound;
  const { value } = literal;
  if (isHarmlessAddress(value) || isItsName(value, name)) return undefined;
  const strength = strengthOf(value);
  if (bond === 'default' && (environment || declared)) {
    // A default such as "changeme" is in use wherever the variable was forgotten.
    return strength !== 'none' || (isWord(value) && !isReference(value)) ? defaultInCode : undefined;
  }
  if (strength === 'none' || (strength === 'weak' && kind === 'prose')) return undefined;
  if (declared && bond !== 'argument' && kind !== 'example') return declaredSecret;
  if (strength === 'strong') return bond === 'default' ? defaultInCode : secretConstant;
  return bond !== 'default' && isGuessable(name, literal, file, kind) ? weakSecret : undefined;
}

/** A password that a person chose: every one in a file of settings, elsewhere one with a digit in it. */
function isGuessable(name: string, { value, quoted }: Literal, file: string, kind: FileKind): boolean {
  if (kind === 'example' || isSentence(value)) return false;
  if (kind === 'settings') return isVariable(name) && !(quoted && isPlain(value));
  return (
    isPassword(name) && value.length >= 6 && /[a-z]/i.test(value) && /[0-9]/.test(value) && !isTest(file)
  );
}

const isItsName = (value: string, name: string): boolean =>
  value.length <= maxName && settingName(value) === settingName(lastName(name));

const isWord = (value: string): boolean =>
  /^[A-Za-z0-9_.!-]{3,64}$/.test(value) && !/^(?:none|null|nil|undefined|true|false|string)$/i.test(value);

const isVariable = (name: string): boolean => /^[A-Z][A-Z0-9_]{3,}$/.test(name) || isPassword(name);
const isPassword = (name: string): boolean => /(?:pass|password|passwd|pwd)$/i.test(name);

const isPlain = (value: string): boolean => /^[A-Z][a-z]+$/.test(value);
const isSentence = (value: string): boolean =>
  (/\s/.test(value) && !/[@#$%^&*+=~]/.test(value)) || /^[a-z]+(?:[._-][a-z]+|[|,:][a-z0-9]+)+$/i.test(value);

const nameCharacter = /[A-Za-z0-9_$.-]/;
/** Longer ones are no names. */
const maxName = 128;

function nameAround(text: string, index: number): { readonly start: number; readonly end: number } {
  let start = index;
  while (start > 0 && index - start < maxName && nameCharacter.test(text.charAt(start - 1))) start--;
  let end = index;
  while (end < text.length && end - index < maxName && nameCharacter.test(text.charAt(end))) end++;
  // `${NAME:-x}` and `--name` are punctuation before it, and so is what ends a sentence, or an arrow, after it.
  while (start < index && /[-.$]/.test(text.charAt(start))) start++;
  while (end > index + 1 && /[-.]/.test(text.charAt(end - 1))) end--;
  return { start, end };
}
