import { startDevServer } from '@strongroom/dev-server';
import { expect, test } from 'vitest';
import { exampleWith, runExample } from '../readme-example.js';

test('the examples of the README print what they say, on an empty server and again', async () => {
  await using server = await startDevServer({ rootToken: 'dev-only-token' });
  const ofSettings = await exampleWith('leased(credentials');
  const byHand = await exampleWith('vault.lease(');
  for (let run = 0; run < 2; run++) {
    expect(await runExample(ofSettings, server.address)).toEqual([ofSettings.says.at(-1)]);
    expect(await runExample(byHand, server.address)).toEqual(byHand.says);
  }
});
