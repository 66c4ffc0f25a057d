import { type AuditReport, countSkipped } from './audit-report.js';
import type { Finding } from './finding.js';
import { printable } from './printable.js';

/** The report as text for a terminal or a log: a line for each finding, then what was looked into and what was not. */
export function renderTable(report: AuditReport): string {
  const rows = report.findings.map(rowOf);
  const lines =
    rows.length === 0
      ? []
      : [...columns([['PLACE', 'RULE', 'VALUE', 'SETTING', 'PLACE IN VAULT'], ...rows]), ''];
  return `${[...lines, ...summary(report)].join('\n')}\n`;
}

function rowOf(finding: Finding): readonly string[] {
  const { file, line, column, rule, mask, proposal, commit } = finding;
  const since =
    commit === undefined ? '' : ` (${finding.in === 'tree' ? 'since' : 'only in'} ${commit.slice(0, 12)})`;
  const name = proposal.declared ? proposal.setting : `${proposal.setting} (proposed)`;
  return [
    `${printable(file)}:${line}:${column}${since}`,
    rule,
    mask,
    printable(name),
    printable(proposal.place ?? '-'),
  ];
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function summary({
  findings,
  baselined,
  ignored,
  scanned,
  skipped,
  notLookedFor,
}: AuditReport): readonly string[] {
  const files = new Set(findings.filter((each) => each.in === 'tree').map(({ file }) => file)).size;
  const inTree = findings.filter((each) => each.in === 'tree').length;
  const counts = Object.entries(countSkipped(skipped)).filter(([, count]) => count > 0);
  const unseen = skipped.filter(({ reason }) => reason === 'too-large' || reason === 'unreadable');
  return [
    `${plural(inTree, 'secret')} in ${plural(files, 'file')}${historyNote(findings.length - inTree, scanned.commits)}.`,
    ...(baselined.length + ignored === 0
      ? []
      : [`Accepted: ${baselined.length} by the baseline, ${ignored} by comments.`]),
    `Looked into ${plural(scanned.files, 'file')}${
      scanned.commits === 0
        ? ''
        : ` and ${plural(scanned.versions, 'version')} of ${plural(scanned.commits, 'commit')}`
    }, ${(scanned.bytes / 1e6).toFixed(1)} MB.`,
    ...(counts.length === 0
      ? []
      : [
          `Not looked into: ${counts.map(([reason, count]) => `${count} ${reason.replaceAll('-', ' ')}`).join(', ')}.`,
        ]),
    ...unseen.slice(0, 10).map(({ file, reason }) => `  ${reason.replaceAll('-', ' ')}: ${printable(file)}`),
    ...(unseen.length > 10 ? [`  and ${unseen.length - 10} more`] : []),
    ...(notLookedFor.length === 0
      ? []
      : [`Too short or too common to be looked for by value: ${notLookedFor.map(printable).join(', ')}.`]),
  ];
}

const historyNote = (count: number, commits: number): string =>
  commits === 0 ? '' : `, ${count} in history only`;

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
