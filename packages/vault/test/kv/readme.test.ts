import { startDevServer } from '@strongroom/dev-server';
import { expect, test } from 'vitest';
import { exampleWith, runExample } from '../readme-example.js';

test('the example of the README prints what it says, on an empty server and again', async () => {
  await using server = await startDevServer({ rootToken: 'dev-only-token' });
  const example = await exampleWith('kv.patch(');
  expect(example.says).toHaveLength(2);
  for (let run = 0; run < 2; run++) expect(await runExample(example, server.address)).toEqual(example.says);
});
