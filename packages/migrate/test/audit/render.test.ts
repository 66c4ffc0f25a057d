import { canarySecret, findCanary } from '@strongroom/core/testing';
import type { Log } from 'sarif';
import { describe, expect, test } from 'vitest';
import { auditTree, createBaseline, renderSarif, renderTable } from '../../src/audit/index.js';
import { SeededRandom } from './corpus-random.js';
import { Folder } from './folder.js';

const random = new SeededRandom(4);
const stripe = () => `sk_live_${random.alphanumeric(24)}`;

describe('a table', () => {
  test('shows place, rule, a mask of one width, setting and place in Vault, then what was looked into', async () => {
    await using folder = await Folder.with({
      'a.js': `pay('${stripe()}');\n`,
      'config/database.yml': 'production:\n  password: hunter2\n',
      'image.png': Uint8Array.from([0, 1]),
      'ok.js': `pay('${stripe()}'); // strongroom-ignore\n`,
    });
    const report = await auditTree({ root: folder.path });
    const bytes = (report.scanned.bytes / 1e6).toFixed(1);
    expect(renderTable(report)).toBe(
      [
        'PLACE                     RULE         VALUE     SETTING                       PLACE IN VAULT',
        'a.js:1:6                  stripe-key   ********  STRIPE_SECRET_KEY (proposed)  stripe/secret_key',
        'config/database.yml:2:13  weak-secret  ********  DATABASE_PASSWORD (proposed)  database/password',
        '',
        '2 secrets in 2 files.',
        'Accepted: 0 by the baseline, 1 by comments.',
        `Looked into 3 files, ${bytes} MB.`,
        'Not looked into: 1 binary.',
        '',
      ].join('\n'),
    );
  });

  test('of nothing says so', async () => {
    await using folder = await Folder.with({ 'a.js': 'run();\n' });
    expect(renderTable(await auditTree({ root: folder.path }))).toBe(
      '0 secrets in 0 files.\nLooked into 1 file, 0.0 MB.\n',
    );
  });

  test('names commits, and shows no character of a name that a terminal would act on', async () => {
    await using folder = await Folder.with({ 'a\n\u001b[31m\u202e.js': `pay('${stripe()}');\n` });
    folder.git('init', '--quiet');
    const commit = folder.commit('first').slice(0, 12);
    const [, row] = renderTable(await auditTree({ root: folder.path, history: true })).split('\n');
    expect(row).toContain(`a\\u000a\\u001b[31m\\u202e.js:1:6 (since ${commit})`);
  });
});

describe('JSON', () => {
  test('has a stable shape', async () => {
    await using folder = await Folder.with({ 'a.js': `pay('${stripe()}');\n` });
    const report = await auditTree({ root: folder.path });
    expect(JSON.parse(JSON.stringify(report))).toEqual({
      version: 1,
      findings: [
        {
          rule: 'stripe-key',
          level: 'error',
          message: 'A secret key of Stripe stands in the code',
          file: 'a.js',
          line: 1,
          column: 6,
          in: 'tree',
          commit: null,
          mask: '********',
          proposal: { setting: 'STRIPE_SECRET_KEY', declared: false, place: 'stripe/secret_key' },
        },
      ],
      baselined: 0,
      ignored: 0,
      scanned: { files: 1, versions: 0, commits: 0, bytes: 41, git: false },
      skipped: {
        binary: 0,
        'too-large': 0,
        'symbolic-link': 0,
        'nested-repository': 0,
        'no-file': 0,
        unreadable: 0,
        ignored: 0,
      },
      notLookedFor: [],
    });
  });
});

describe('SARIF', () => {
  test('has every field that version 2.1.0 requires, and what code scanning needs', async () => {
    const accepted = stripe();
    await using folder = await Folder.with({
      'a b/ü#1.js': `pay('${stripe()}');\npay('${stripe()}');\n`,
      'old.js': `pay('${accepted}');\n`,
    });
    folder.git('init', '--quiet');
    const commit = folder.commit('first');
    const all = await auditTree({ root: folder.path });
    const baseline = await createBaseline(all.findings.filter(({ file }) => file === 'old.js'));
    const report = await auditTree({ root: folder.path, history: true, baseline });
    // The types are those of the published schema.
    const log = JSON.parse(JSON.stringify(renderSarif(report))) as Log;

    expect(log.version).toBe('2.1.0');
    expect(log.$schema).toMatch(/^https:\/\/.*sarif.*2\.1\.0/);
    expect(log.runs).toHaveLength(1);
    const [run] = log.runs;
    const rules = run?.tool.driver.rules ?? [];
    expect(run?.tool.driver.name).toBe('strongroom audit');
    expect(rules.map(({ id }) => id)).toEqual(['stripe-key']);
    expect(rules[0]?.defaultConfiguration?.level).toBe('error');
    const results = run?.results ?? [];
    expect(results).toHaveLength(3);
    for (const result of results) {
      expect(result.message.text).toMatch(/^[A-Z].*\.$/);
      expect(rules[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
      expect(['error', 'warning']).toContain(result.level);
      const place = result.locations?.[0]?.physicalLocation;
      expect(place?.region?.startLine).toBeGreaterThanOrEqual(1);
      expect(place?.region?.startColumn).toBeGreaterThanOrEqual(1);
      expect(run?.originalUriBaseIds).toHaveProperty(place?.artifactLocation?.uriBaseId ?? '');
      expect(result.properties).toMatchObject({ commit });
    }
    expect(results.map(({ locations }) => locations?.[0]?.physicalLocation?.artifactLocation?.uri)).toEqual([
      'a%20b/%C3%BC%231.js',
      'a%20b/%C3%BC%231.js',
      'old.js',
    ]);
    expect(results.map(({ suppressions }) => suppressions)).toEqual([
      undefined,
      undefined,
      [{ kind: 'external', status: 'accepted' }],
    ]);
    expect(new Set(results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))).size).toBe(
      3,
    );
  });

  test('fingerprints stay while lines move', async () => {
    const value = stripe();
    await using folder = await Folder.with({ 'a.js': `pay('${value}');\n` });
    const fingerprints = async () =>
      (renderSarif(await auditTree({ root: folder.path })) as unknown as Log).runs[0]?.results?.map(
        ({ partialFingerprints }) => partialFingerprints,
      );
    const before = await fingerprints();
    await folder.write({ 'a.js': `\n\n  pay('${value}');\n` });
    expect(await fingerprints()).toEqual(before);
  });
});

test('no output of a report shows a value, whatever rule found it', async () => {
  const canary = canarySecret().replaceAll(/[^A-Za-z0-9]/g, '');
  await using folder = await Folder.with({
    'deploy/a.env': `DB_PASSWORD=${canary}\n`,
    'b.js': `process.env.API_SECRET || '${canary}';\nconnect('postgres://app:${canary}@db.shop.io/x');\n`,
    'c.js': `auth('Bearer ${canary}');\n`,
    '.npmrc': `//r.shop.io/:_authToken=${canary}\n`,
    'd.sh': `curl -u me:${canary} https://shop.io\nrun --password ${canary}\n`,
    'e.json': `{ "auth": "${Buffer.from(`me:${canary}`).toString('base64')}" }\n`,
    'f.yaml': `kind: Secret\ndata:\n  password: ${Buffer.from(canary).toString('base64')}\n`,
  });
  folder.git('init', '--quiet');
  folder.commit('first');
  const report = await auditTree({ root: folder.path, history: true });
  expect(new Set(report.findings.map(({ rule }) => rule)).size).toBeGreaterThanOrEqual(6);
  expect(report.findings).toHaveLength(9);
  const baseline = await createBaseline(report.findings);
  const outputs = [
    report,
    renderTable(report),
    renderSarif(report),
    JSON.stringify(report),
    baseline,
    String(baseline),
  ];
  expect(findCanary(canary, ...outputs)).toBeUndefined();
  expect(findCanary(canary, ...report.findings.map((finding) => finding.entry()))).toBeUndefined();
});
