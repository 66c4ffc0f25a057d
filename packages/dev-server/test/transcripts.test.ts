import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { loadScenarios, playScenario } from './transcript-player.js';

const scenarios = loadScenarios();

describe('what a real Vault answered', () => {
  let shared: DevServer;
  beforeAll(async () => {
    shared = await startDevServer();
  });
  afterAll(() => shared.close());

  for (const scenario of scenarios) {
    test(`${scenario.name}: ${scenario.description}`, { timeout: 30_000 }, async () => {
      if (scenario.server === 'uninitialised') {
        await using fresh = await startDevServer({ initialised: false });
        expect(await playScenario(scenario, fresh.address, fresh.rootToken)).toEqual([]);
      } else {
        expect(await playScenario(scenario, shared.address, shared.rootToken)).toEqual([]);
      }
    });
  }

  test('there are transcripts to play', () => {
    expect(scenarios.length).toBeGreaterThan(60);
  });
});
