import type { SettingExplanation } from '@strongroom/core';
import Table from 'cli-table3';
import colors from 'picocolors';

/** The provenance of every setting as an aligned table. A secret is shown as `[secret]`. */
export function provenanceTable(
  explanations: readonly SettingExplanation[],
  shown: Readonly<Record<string, unknown>>,
): string {
  const table = new Table({
    chars: borderless,
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
    head: ['SETTING', 'VALUE', 'SOURCE', 'WHERE', 'OVERRIDES'].map((title) => colors.bold(title)),
  });
  for (const explanation of explanations) {
    const { name, kind, source, freshness } = explanation;
    const value = shown[name];
    table.push([
      name,
      value === undefined ? colors.dim('none') : kind === 'secret' ? colors.dim('[secret]') : String(value),
      freshness === 'fallback' ? colors.yellow(`${source ?? 'nothing'} (fallback)`) : (source ?? 'nothing'),
      explanation.locator === undefined ? '' : versioned(explanation.locator, explanation.version),
      explanation.overrides.map(({ source, version }) => versioned(source, version)).join(', '),
    ]);
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const versioned = (text: string, version: number | undefined): string =>
  version === undefined ? text : `${text} v${version}`;

const borderless = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((part) => [part, '']),
);
