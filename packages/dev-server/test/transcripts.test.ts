import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { loadScenarios, playScenario } from './transcript-player.js';

const notYet: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('./transcripts/not-yet.json', import.meta.url), 'utf8'),
);
const scenarios = loadScenarios();

describe('what a real Vault answered', () => {
  let server: DevServer;
  beforeAll(async () => {
    server = await startDevServer();
  });
  afterAll(() => server.close());

  for (const scenario of scenarios) {
    const expected = Object.hasOwn(notYet, scenario.name) ? 'not yet: ' : '';
    test(`${expected}${scenario.name}: ${scenario.description}`, { timeout: 30_000 }, async () => {
      const problems = await playScenario(scenario, server.address, server.rootToken);
      if (expected === '') expect(problems).toEqual([]);
      else expect(problems, 'it passes now: take it off the list').not.toEqual([]);
    });
  }

  test('the list of what is not done yet names only scenarios that there are', () => {
    const names = new Set(scenarios.map((scenario) => scenario.name));
    expect(Object.keys(notYet).filter((name) => !names.has(name))).toEqual([]);
  });
});
