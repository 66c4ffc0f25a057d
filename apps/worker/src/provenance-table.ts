import { stripVTControlCharacters } from 'node:util';
import type { SettingExplanation } from '@strongroom/core';
import Table from 'cli-table3';
import colors from 'picocolors';

/**
 * The provenance of every setting as an aligned table. A secret is shown as `[secret]`.
 *
 * @param columns how wide it may be: in a narrower one the folder that the secrets share stands below
 */
export function provenanceTable(
  explanations: readonly SettingExplanation[],
  shown: Readonly<Record<string, unknown>>,
  columns = Number.POSITIVE_INFINITY,
): string {
  const whole = draw(explanations, shown, (locator) => locator);
  const folder = sharedFolder(explanations);
  if (folder === undefined || widthOf(whole) <= columns) return whole;
  const short = (locator: string) =>
    locator.startsWith(`${folder}/`) ? `…${locator.slice(folder.length)}` : locator;
  return `${draw(explanations, shown, short)}\n\n${colors.dim(`… is ${folder}`)}`;
}

function draw(
  explanations: readonly SettingExplanation[],
  shown: Readonly<Record<string, unknown>>,
  place: (locator: string) => string,
): string {
  const overrides = explanations.some((explanation) => explanation.overrides.length > 0);
  const titles = ['SETTING', 'VALUE', 'SOURCE', 'WHERE', ...(overrides ? ['OVERRIDES'] : [])];
  const table = new Table({
    chars: borderless,
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
    head: titles.map((title) => colors.bold(title)),
  });
  for (const explanation of explanations) {
    const { name, kind, locator, version } = explanation;
    const value = shown[name];
    const cells = [
      name,
      value === undefined
        ? colors.dim('not set')
        : kind === 'secret'
          ? colors.dim('[secret]')
          : String(value),
      sourceOf(explanation),
      locator === undefined ? '' : versioned(place(locator), version),
      explanation.overrides.map(({ source, version }) => versioned(source, version)).join(', '),
    ];
    table.push(cells.slice(0, titles.length));
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Where the value comes from; and, when it may not be the one that counts, which source could not be asked. */
function sourceOf({ source = 'none', freshness, sources }: SettingExplanation): string {
  if (freshness !== 'fallback') return source;
  const failed = sources.filter(({ outcome }) => outcome === 'failed').map(({ source }) => source);
  return colors.yellow(`${source} (without ${failed.join(', ')})`);
}

/** The folder in which all secrets with a path lie. */
function sharedFolder(explanations: readonly SettingExplanation[]): string | undefined {
  const paths = explanations.flatMap(({ source, locator }) =>
    source === 'vault' && locator !== undefined
      ? [locator.split('#', 1)[0]?.split('/').slice(0, -1) ?? []]
      : [],
  );
  const [first = [], ...others] = paths;
  const length = first.findIndex((segment, index) => others.some((other) => other[index] !== segment));
  const shared = length === -1 ? first : first.slice(0, length);
  return shared.length === 0 ? undefined : shared.join('/');
}

const widthOf = (text: string): number =>
  Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));

const versioned = (text: string, version: number | undefined): string =>
  version === undefined ? text : `${text} v${version}`;

const borderless = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((part) => [part, '']),
);
