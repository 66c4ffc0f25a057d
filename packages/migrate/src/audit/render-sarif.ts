import { createHash } from 'node:crypto';
import type { AuditReport } from './audit-report.js';
import type { Finding } from './finding.js';
import { printable } from './printable.js';

/** A log of SARIF 2.1.0, for `JSON.stringify`. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly object[];
}

/** The report as SARIF 2.1.0, which code scanning services read. What the baseline accepts is there as suppressed. */
export function renderSarif(report: AuditReport): SarifLog {
  const all = [...report.findings, ...report.baselined];
  const rules = [...new Map(all.map(({ rule, message, level }) => [rule, { message, level }]))];
  const index = new Map(rules.map(([id], position) => [id, position]));
  const accepted = new Set(report.baselined);
  const seen = new Map<string, number>();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'strongroom audit',
            informationUri: 'https://github.com/strongroom/strongroom/blob/main/docs/audit.md',
            rules: rules.map(([id, { message, level }]) => ({
              id,
              shortDescription: { text: message },
              defaultConfiguration: { level },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { ROOT: { description: { text: 'The folder that was looked into' } } },
        results: all.map((finding) => ({
          ...resultOf(finding, index.get(finding.rule) ?? -1, seen),
          ...(accepted.has(finding) ? { suppressions: [{ kind: 'external', status: 'accepted' }] } : {}),
        })),
      },
    ],
  };
}

function resultOf(finding: Finding, ruleIndex: number, seen: Map<string, number>): object {
  const { rule, level, message, file, line, column, proposal, commit } = finding;
  const place = proposal.place === undefined ? '' : `, in Vault at ${proposal.place}`;
  const since =
    commit === undefined ? '' : ` ${finding.in === 'tree' ? 'Since' : 'Only in'} commit ${commit}.`;
  return {
    ruleId: rule,
    ruleIndex,
    level,
    message: {
      text: printable(`${message}. It belongs to the setting ${proposal.setting}${place}.${since}`),
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file), uriBaseId: 'ROOT' },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
    partialFingerprints: { 'settingInFile/v1': fingerprintOf(finding, seen) },
    properties: {
      in: finding.in,
      ...(commit === undefined ? {} : { commit }),
      setting: proposal.setting,
      declared: proposal.declared,
      ...(proposal.place === undefined ? {} : { place: proposal.place }),
    },
  };
}

/** Relative, each part encoded: a name may hold anything but a slash. */
const uriOf = (file: string): string =>
  file
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');

/** From rule, file, setting and how many of the same came before: it stays while lines move, and knows no value. */
function fingerprintOf({ rule, file, proposal }: Finding, seen: Map<string, number>): string {
  const place = JSON.stringify([rule, file, proposal.setting]);
  const before = seen.get(place) ?? 0;
  seen.set(place, before + 1);
  return createHash('sha256').update(`${place}${before}`).digest('hex').slice(0, 32);
}
