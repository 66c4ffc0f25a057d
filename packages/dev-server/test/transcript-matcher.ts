import { isDeepStrictEqual } from 'node:util';

/** What the placeholders of one scenario stand for in one run. */
export class Bindings {
  readonly #seen = new Map<string, string>();

  constructor(
    readonly run: string,
    readonly rootToken: string,
  ) {}

  get(placeholder: string): string | undefined {
    if (placeholder === '<run>') return this.run;
    if (placeholder === '<root-token>') return this.rootToken;
    return this.#seen.get(placeholder);
  }

  set(placeholder: string, value: string): void {
    this.#seen.set(placeholder, value);
  }

  /** The text with every placeholder replaced that is known by now. */
  fill(text: string): string {
    return text.replace(PLACEHOLDER, (placeholder) => this.get(placeholder) ?? placeholder);
  }
}

/** The form of what stands for each kind of placeholder. */
const FORMS: ReadonlyMap<string, string> = new Map([
  ['uuid', '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'],
  ['timestamp', '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)'],
  ['token', '[^\\s"]+'],
  ['accessor', '[^\\s"]+'],
  ['jwt', '[\\w-]+\\.[\\w-]+\\.[\\w-]+'],
  ['lease-key', '[^\\s"/]+'],
  ['key', '[\\w+/=-]+'],
  ['hmac', 'hmac-sha256:[0-9a-f]{64}'],
  ['cluster-name', '[^\\s"]+'],
  ['digits', '\\d+'],
]);

const PLACEHOLDER = new RegExp(`<(?:run|root-token|${[...FORMS.keys()].join('|')})(?::\\d+)?>`, 'g');
const SECONDS = /^<seconds:~(\d+)>$/;
const SECONDS_TOLERANCE = 15;
const OPEN_END = '<...>';

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 300);

/** Whether a text fits a recorded one; what numbered placeholders stood for is remembered. */
export function textFits(recorded: string, actual: string, bindings: Bindings): boolean {
  const groups: string[] = [];
  let pattern = '';
  let at = 0;
  for (const found of recorded.matchAll(PLACEHOLDER)) {
    const [placeholder] = found;
    const known = bindings.get(placeholder);
    const form = FORMS.get(placeholder.replace(/^<|(?::\d+)?>$/g, '')) ?? '';
    pattern += literal(recorded.slice(at, found.index));
    at = found.index + placeholder.length;
    if (known !== undefined) pattern += literal(known);
    else if (groups.includes(placeholder)) pattern += `\\${groups.indexOf(placeholder) + 1}`;
    else if (placeholder.includes(':')) pattern += `(${form})`;
    else pattern += `(?:${form})`;
    if (known === undefined && placeholder.includes(':') && !groups.includes(placeholder)) {
      groups.push(placeholder);
    }
  }
  const match = new RegExp(`^${pattern}${literal(recorded.slice(at))}$`, 's').exec(actual);
  if (match === null) return false;
  for (const [index, placeholder] of groups.entries()) bindings.set(placeholder, match[index + 1] ?? '');
  return true;
}

function stringProblems(recorded: string, actual: unknown, where: string, bindings: Bindings): string[] {
  const differs = [`${where}: ${show(actual)} instead of ${show(bindings.fill(recorded))}`];
  const seconds = SECONDS.exec(recorded)?.[1];
  if (seconds !== undefined) {
    const near = typeof actual === 'number' && Math.abs(actual - Number(seconds)) <= SECONDS_TOLERANCE;
    return near ? [] : differs;
  }
  if (recorded === '<unix-time>' || recorded === '<number>') return typeof actual === 'number' ? [] : differs;
  return typeof actual === 'string' && textFits(recorded, actual, bindings) ? [] : differs;
}

function arrayProblems(
  recorded: readonly unknown[],
  actual: unknown,
  where: string,
  bindings: Bindings,
  partial: boolean,
): string[] {
  if (!Array.isArray(actual)) return [`${where}: ${show(actual)} instead of an array`];
  if (recorded.at(-1) === OPEN_END) {
    let from = 0;
    return recorded.slice(0, -1).flatMap((item) => {
      const index = actual.findIndex(
        (candidate, position) =>
          position >= from && valueProblems(item, candidate, where, bindings, partial).length === 0,
      );
      from = index + 1;
      return index === -1 ? [`${where}: ${show(item)} is not among ${show(actual)}`] : [];
    });
  }
  if (recorded.length !== actual.length) return [`${where}: ${show(actual)} instead of ${show(recorded)}`];
  return recorded.flatMap((item, index) =>
    valueProblems(item, actual[index], `${where}[${index}]`, bindings, partial),
  );
}

/**
 * How an answer differs from the recorded one: keys that are missing and keys that are too many, values of
 * the wrong form. `partial`: the recorded one shows only some keys of a table that others write to as well.
 */
export function valueProblems(
  recorded: unknown,
  actual: unknown,
  where: string,
  bindings: Bindings,
  partial: boolean,
): string[] {
  if (typeof recorded === 'string') return stringProblems(recorded, actual, where, bindings);
  if (Array.isArray(recorded)) return arrayProblems(recorded, actual, where, bindings, partial);
  if (typeof recorded !== 'object' || recorded === null) {
    return isDeepStrictEqual(recorded, actual)
      ? []
      : [`${where}: ${show(actual)} instead of ${show(recorded)}`];
  }
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    return [`${where}: ${show(actual)} instead of an object`];
  }
  const found = new Map<string, unknown>(Object.entries(actual));
  const problems = Object.entries(recorded).flatMap(([rawKey, item]) => {
    const key = bindings.fill(rawKey);
    if (!found.has(key)) return [`${where}.${key}: missing`];
    const value = found.get(key);
    found.delete(key);
    return valueProblems(item, value, `${where}.${key}`, bindings, partial);
  });
  return partial ? problems : [...problems, ...[...found.keys()].map((key) => `${where}.${key}: too many`)];
}
