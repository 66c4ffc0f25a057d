import type { FileKind } from './file-kind.js';
import { bareLiteral, type Literal, quotedLiteral } from './literal.js';
import { strengthOf } from './value-strength.js';

/** A literal that stands beside a name. */
export interface BoundLiteral {
  /** How the two hang together: `name = 'x'`, `name || 'x'`, `name('x')` or `--name x`. */
  readonly bond: 'assignment' | 'default' | 'argument';
  readonly literal: Literal;
  /** Whether the name is that of a variable that the environment is asked for. */
  readonly environment: boolean;
}

// Each is tried at one place of the text, and each part of it is bounded: no text makes them slow.
const closers = /["'`]?[\])}]{0,3}(?:\(\))?/y;
const orElse = /\s{0,48}(?:\|\|=?|\?\?=?|\?:|\bor\b|\.unwrap_or(?:_else)?\((?:\|_\|\s?)?)\s{0,80}/y;
const secondArgument = /["'`]\s{0,20},\s{0,80}(?:default(?:_value|Value)?\s{0,4}[=:]\s{0,4})?/y;
const annotated = /\s{0,4}:\s{0,4}[&A-Za-z_][\w.<>[\]|?&' ]{0,60}\s=(?![=>~])\s{0,40}/y;
const equals =
  /["'`]?\]?\s{0,40}(?::=|=>|<-|\+=|=(?![=~])|:(?![:=]))[ \t]{0,40}(?:\r?\n[ \t]{0,80}(?=["'`]))?/y;
const valueField = /["'`]?\s{0,8},?\s{0,80}(?:-\s{1,4})?["'`]?(?:value|default)["'`]?\s{0,8}[:=]\s{0,8}/iy;
const defaultField = /"\s{0,8}\{[^{}]{0,200}?\bdefault\s{0,8}=\s{0,8}/y;
const wrapper = /(?:new\s{1,4})?[A-Za-z_][\w.:]{0,40}\(\s{0,80}(?:default\s{0,4}=\s{0,4})?/y;
const tagEnd = /(?:\s[^<>\n]{0,80})?>/y;
const opening = /\(\s{0,20}/y;
const spaces = /[ \t]{1,8}/y;
const shellDefault = /:?[-=]/y;
const springDefault = /:(?![-=+?\s])/y;
// In YAML: a name for what follows, or that it is text.
const yamlMark = /(?:&[\w.-]{1,64}|!!str)[ \t]{1,8}/y;
const yamlBlock = /[|>][+-]?[ \t]{0,8}\r?\n[ \t]{1,40}/y;

// Of what stands before a name, the last 64 characters.
const environmentBefore = /\w{0,20}env\w{0,24}(?:(?:\.|::)\w{1,12})?!?[[(]\s{0,8}["'`]$|\benv\.$/i;
const callBefore =
  /(?<![A-Za-z])(?!set|stub|put|mock|add|with)\w{0,20}(?:env|environ|config|setting|fetch|default|define)\w{0,20}(?:\.(?:get|fetch|str|value|default|read|var)\w{0,12})?!?\(\s{0,40}["'`]$/i;
const setBefore = /(?<![A-Za-z])(?:set|put)\w{0,20}\(\s{0,40}["'`]$/i;
const fieldName = /(?:process|meta|Bun|^)\.?env\./;

/** Reads the literal that is the value of the name between two places, if there is one. */
export function literalOf(
  text: string,
  start: number,
  end: number,
  kind: FileKind,
): BoundLiteral | undefined {
  const before = text.slice(Math.max(0, start - 64), start);
  if (before.endsWith('${')) return shellDefaultAfter(text, end);
  const quoted = /["'`.]$/.test(before);
  const environment = (quoted && environmentBefore.test(before)) || fieldName.test(text.slice(start, end));
  const bound = (bond: BoundLiteral['bond'], literal: Literal | undefined): BoundLiteral | undefined =>
    literal && { bond, literal, environment };

  const second = quoted && callBefore.test(before) ? after(text, end, secondArgument) : undefined;
  const given = second && quotedLiteral(text, second);
  if (given)
    return {
      bond: /define\w{0,4}\(\s{0,40}["']$/.test(before) ? 'assignment' : 'default',
      literal: given,
      environment: true,
    };

  const set = quoted && setBefore.test(before) ? after(text, end, secondArgument) : undefined;
  const stored = set === undefined ? undefined : strong(quotedLiteral(text, set));
  if (stored !== undefined) return bound('argument', stored);

  const fallback = after(text, after(text, end, closers) ?? end, orElse);
  if (fallback !== undefined)
    return bound('default', quotedLiteral(text, fallback) ?? wrapped(text, fallback));

  const field = after(text, end, valueField) ?? after(text, end, defaultField);
  if (field !== undefined) return bound('assignment', quotedLiteral(text, field) ?? bare(text, field, kind));

  const typed = after(text, end, annotated);
  if (typed !== undefined) return bound('assignment', quotedLiteral(text, typed) ?? wrapped(text, typed));

  const assigned = after(text, end, equals);
  if (assigned !== undefined) return bound('assignment', valueAt(text, start, assigned, kind));

  // An element of XML; `(?<password>` is a group of a regular expression.
  const tag = /(?<!\?)<$/.test(before) ? after(text, end, tagEnd) : undefined;
  if (tag !== undefined) return bound('assignment', bareLiteral(text, tag));
  if (before.endsWith('--')) return bound('argument', spaced(text, end));
  if (/(?:^|\n)[ \t]*(?:ENV|ARG)[ \t]+$|\slogin\s+\S{1,40}\s+$/.test(before)) {
    return bound('assignment', spaced(text, end));
  }
  const argument = after(text, end, opening);
  const literal = argument === undefined ? undefined : quotedLiteral(text, argument);
  return literal && text.charAt(literal.end + 1) === ')' ? bound('argument', literal) : undefined;
}

/** `${NAME:-value}`, and Spring's `${name:value}`, which in a shell is a part of a variable. */
function shellDefaultAfter(text: string, end: number): BoundLiteral | undefined {
  const shell = after(text, end, shellDefault);
  const at = shell ?? after(text, end, springDefault);
  if (at === undefined) return undefined;
  const inside = text.slice(at, at + 512);
  const close = inside.search(/[}\n$]/);
  if (close < 1 || inside.charAt(close) !== '}') return undefined;
  const value = inside.slice(0, close).replace(/^(["'])(.*)\1$/, '$2');
  const start = at + inside.indexOf(value);
  const literal = { start, end: start + value.length, value, quoted: false };
  if (shell === undefined && strong(literal) === undefined) return undefined;
  return { bond: 'default', literal, environment: true };
}

function valueAt(text: string, start: number, from: number, kind: FileKind): Literal | undefined {
  const at = kind === 'code' ? from : (after(text, from, yamlMark) ?? from);
  const quoted = quotedLiteral(text, at) ?? wrapped(text, at);
  if (quoted !== undefined) return quoted;
  // `name = other || 'value'`
  const rest = text.slice(at, at + 200).split('\n', 1)[0] ?? '';
  const alternative = /(?:\|\||\?\?|\?:|\bor\b)\s{0,8}(?=["'`])/.exec(rest);
  if (alternative !== null) return quotedLiteral(text, at + alternative.index + alternative[0].length);
  if (kind === 'code') return undefined;
  const block = after(text, at, yamlBlock);
  if (block !== undefined) return onlyLine(text, block);
  if (/[{[&*|>!]/.test(text.charAt(at))) return undefined;
  const alone = /\n[ \t]{0,20}(?:-[ \t]{1,4})?(?:(?:export|set|ENV|ARG)[ \t]{1,4})?$/.test(
    lineBefore(text, start),
  );
  return alone && kind !== 'prose' ? restOfLine(text, at) : bareLiteral(text, at);
}

/** What stands before a place, with the line break if that is near; at the very beginning, one is put there. */
const lineBefore = (text: string, at: number): string =>
  at < 48 ? `\n${text.slice(0, at)}` : text.slice(at - 48, at);

// Another variable, or a command with its options or files, as shells and Dockerfiles have it.
const goesOn = /\s(?:-{1,2}[A-Za-z]|[A-Za-z_][A-Za-z0-9_]*=|[^\s]*[/|&])|;\s/;

/** A value without quotes that has the line for itself; a comment after it is none of it. */
function restOfLine(text: string, at: number): Literal | undefined {
  const line = text.slice(at, at + 4096).split('\n', 1)[0] ?? '';
  const whole = line.replace(/[ \t][#;].*$/, '').trimEnd();
  const value = goesOn.test(whole) ? whole.replace(/;?\s.*$/, '') : whole;
  return value === '' ? undefined : { start: at, end: at + value.length, value, quoted: false };
}

/** A block of YAML with one line; one with more is no token. */
function onlyLine(text: string, at: number): Literal | undefined {
  const indentation = /[ \t]*$/.exec(text.slice(Math.max(0, at - 40), at))?.[0] ?? '';
  const literal = restOfLine(text, at);
  if (literal === undefined) return undefined;
  const rest = text.slice(literal.end, literal.end + 256);
  const [, next = ''] = /^\s*\n([ \t]*)(?=\S)/.exec(rest) ?? [];
  return rest.trim() === '' || (/^[ \t\r]*\n/.test(rest) && !next.startsWith(indentation))
    ? literal
    : undefined;
}

const bare = (text: string, at: number, kind: FileKind): Literal | undefined =>
  kind === 'code' ? undefined : bareLiteral(text, at);

/** What a function is given is often a name or a prompt: only what looks like a secret is taken for the value. */
function wrapped(text: string, at: number): Literal | undefined {
  const inside = after(text, at, wrapper);
  return inside === undefined ? undefined : strong(quotedLiteral(text, inside));
}

const strong = (literal: Literal | undefined): Literal | undefined =>
  literal && strengthOf(literal.value) === 'strong' ? literal : undefined;

function spaced(text: string, end: number): Literal | undefined {
  const at = after(text, end, spaces);
  return at === undefined ? undefined : (quotedLiteral(text, at) ?? bareLiteral(text, at));
}

function after(text: string, at: number, pattern: RegExp): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
