import type { Problem } from './errors.js';

/** The problems that somebody has to mend: all but those that only follow from another one. */
export function rootsOf(problems: readonly Problem[]): readonly Problem[] {
  const names = new Set(problems.map(({ name }) => name));
  return problems.filter(({ follows = [] }) => !follows.some((name) => names.has(name)));
}

/** All problems as one text for people. A hint that several of them share stands once, at the end. */
export function describe(headline: string, problems: readonly Problem[]): string {
  const roots = rootsOf(problems);
  const hints = roots.flatMap((problem) => problem.hints);
  const shared = new Set(hints.filter((hint, index) => hints.indexOf(hint) !== index));
  return [
    headline,
    ...roots.map((problem) => describeProblem(problem, shared) + describeFollowing(problem, problems)),
    ...(shared.size === 0 ? [] : [bullets([...shared], '  ')]),
  ].join('\n\n');
}

function describeProblem({ name, reason, tried, hints }: Problem, shared: ReadonlySet<string>): string {
  const width = Math.max(0, ...tried.map(({ source }) => source.length));
  const own = hints.filter((hint) => !shared.has(hint));
  return [
    `  ${name}: ${reason}`,
    ...tried.map(({ source, outcome }) => `    ${source.padEnd(width)}  ${outcome}`),
    ...(own.length === 0 ? [] : [bullets(own, '    ')]),
  ].join('\n');
}

/** What follows from several problems stands beside the last of them. */
function describeFollowing({ name }: Problem, problems: readonly Problem[]): string {
  const following = problems.filter(({ follows }) => follows?.at(-1) === name).map(({ name }) => name);
  return following.length === 0 ? '' : `\n    No value because of this: ${following.join(', ')}.`;
}

const bullets = (hints: readonly string[], indent: string): string =>
  hints.map((hint) => `${indent}→ ${hint}`).join('\n');
