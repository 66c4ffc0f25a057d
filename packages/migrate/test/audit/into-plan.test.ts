import { defineSettings, secret } from '@strongroom/core';
import { startDevServer } from '@strongroom/dev-server';
import { createVault } from '@strongroom/vault';
import { expect, test } from 'vitest';
import { auditTree } from '../../src/audit/index.js';
import { applyPlan, planMigration } from '../../src/index.js';
import { SeededRandom } from './corpus-random.js';
import { Folder } from './folder.js';

const random = new SeededRandom(5);
const textOf = (place: { readonly group: string; readonly key: string } | undefined) =>
  place && `${place.group}/${place.key}`;

test('what an audit finds goes into Vault at the places that it showed', async () => {
  const values = { jwt: random.hex(64), pay: `sk_live_${random.alphanumeric(24)}` };
  await using folder = await Folder.with({
    'src/auth.js': `const jwtSecret = process.env.JWT_SECRET || '${values.jwt}';\n`,
    'src/pay.js': `pay('${values.pay}');\nnew Mailer({ mailerPassword: 'Herbst77Laub!x' });\n`,
  });
  await using server = await startDevServer();
  const vault = createVault({ address: server.address, token: server.rootToken });
  try {
    const definition = defineSettings({
      application: 'shop',
      environments: ['production'],
      settings: { JWT_SECRET: secret('security/jwt'), MAILER_URL: secret('mail/url') },
    });
    const { findings } = await auditTree({ root: folder.path, definition });
    const entries = findings.map((finding) => finding.entry());
    const plan = await planMigration({
      definition,
      environment: 'production',
      entries,
      vault,
      include: ({ reason }) => reason === 'proposed',
    });
    expect(plan.steps.map(({ action, place }) => [action, textOf(place)])).toEqual(
      findings.map(({ proposal }) => ['create', proposal.place]),
    );
    await applyPlan(plan, { vault, journal: `${folder.path}/journal.jsonl` });
    const read = await vault.kv('secret').read('shop/production/security');
    expect(read).toMatchObject({ status: 'found', data: { jwt: values.jwt } });
    expect(await vault.kv('secret').read('shop/production/stripe')).toMatchObject({
      data: { secret_key: values.pay },
    });
  } finally {
    await vault.close();
  }
});
