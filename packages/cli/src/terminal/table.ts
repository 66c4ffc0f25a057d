import Table from 'cli-table3';
import type { Output } from './output.js';
import { printable } from './printable.js';

/** One cell: a text, or a text and how it is coloured. */
export type Cell = string | { readonly text: string; readonly colour: (text: string) => string };

/** Lines a table up: columns with two spaces between them, no borders, so that it can be read and cut. */
export function table(output: Output, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = new Table({
    // A colour of nothing would keep the spaces before it from being cut off.
    head: head.map((title) => (title === '' ? '' : output.colors.bold(title))),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    chars: Object.fromEntries(borders.map((name) => [name, ''])),
  });
  for (const row of rows) {
    lines.push(
      row.map((cell) => (typeof cell === 'string' ? printable(cell) : cell.colour(printable(cell.text)))),
    );
  }
  return lines
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const borders = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
];
