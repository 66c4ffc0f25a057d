import { readFile } from 'node:fs/promises';
import { defineSettings, secret } from '@strongroom/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AuditReport, auditTree } from '../../src/audit/index.js';
import { Entry } from '../../src/index.js';
import { type Accuracy, accuracyOf, secretlintSightings } from './accuracy.js';
import { SeededRandom } from './corpus-random.js';
import { Folder } from './folder.js';
import { lookAlikes } from './look-alikes.js';
import { definedSecrets, knownSecret, type Planted, plantedSecrets } from './planted-secrets.js';

// What docs/audit.md says is measured here: it must be mended with the rules.
const random = new SeededRandom(6);
const planted = plantedSecrets(random);
const innocent = lookAlikes(random);
const files = [...planted, ...innocent];
const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: Object.fromEntries(definedSecrets.map((name) => [name, secret(`legacy/${name}`)])),
});

let report: AuditReport;
let plain: AuditReport;
let secretlint: Accuracy;

beforeAll(async () => {
  await using folder = await Folder.with(Object.fromEntries(files.map(({ file, text }) => [file, text])));
  const knownValues = [
    new Entry(knownSecret.name, knownSecret.value, { reader: 'environment', place: 'here' }),
  ];
  report = await auditTree({ root: folder.path, definition, knownValues });
  plain = await auditTree({ root: folder.path });
  secretlint = accuracyOf(await secretlintSightings(files), planted);
}, 120_000);

const kindsIn = (some: readonly { readonly kind: string }[]): number =>
  new Set(some.map(({ kind }) => kind)).size;

describe('on the corpus', () => {
  test('every secret is found that is planted, with the rule’s own value', () => {
    expect(accuracyOf(report.findings, planted).missed).toEqual([]);
    const values = new Map(
      report.findings.map((finding) => [finding.file, String(finding.entry().reveal())]),
    );
    for (const { file, value, kind } of planted) {
      const found = values.get(file)?.trim();
      const wanted = /Kubernetes/.test(kind) ? Buffer.from(value, 'base64').toString('utf8') : value.trim();
      if (found !== wanted) expect.fail(`${kind} in ${file} has another value`);
    }
  });

  test('nothing is found in what only looks like a secret', () => {
    expect(accuracyOf(report.findings, planted).wrong).toEqual([]);
  });

  test('the figures are those of docs/audit.md', async () => {
    const docs = await readFile(new URL('../../../../docs/audit.md', import.meta.url), 'utf8');
    const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
    const row = (scanner: string, { found, falseAlarms }: Accuracy) => [
      scanner,
      String(found),
      share(found, planted.length),
      String(falseAlarms),
      share(found, found + falseAlarms),
    ];
    const rows = [...docs.matchAll(/^\| (`(?:secretlint|strongroom).*\d %) *\|$/gm)].map(([, cells = '']) =>
      cells.split(/ *\| */),
    );
    expect(rows).toEqual([
      row('`secretlint`, recommended preset', secretlint),
      row('`strongroom audit`', accuracyOf(plain.findings, planted)),
      row('`strongroom audit` with definition and values in use', accuracyOf(report.findings, planted)),
    ]);
    expect(/The tests plant .*? look-alikes/.exec(docs)?.[0]).toBe(
      `The tests plant ${planted.length} secrets of ${kindsIn(planted)} kinds, and ` +
        `${innocent.length} files of ${kindsIn(innocent)} kinds of look-alikes`,
    );
  });

  test('what secretlint finds is found', () => {
    const ours = new Set(accuracyOf(plain.findings, planted).missed);
    const theirs = new Set(secretlint.missed);
    const onlyTheirs = planted.filter(
      ({ kind, file }: Planted) => ours.has(`${kind}: ${file}`) && !theirs.has(`${kind}: ${file}`),
    );
    expect(onlyTheirs).toEqual([]);
  });
});
