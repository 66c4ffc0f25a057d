const serverTitle =
  /^on ((?:a cluster of )?the embedded server|(?:a Raft cluster of )?(?:Vault|OpenBao) v\S+|(?:PostgreSQL|Redis|NATS) \S+)$/;

/**
 * Says which servers the integration tests ran against: their names stand in the tests' titles.
 *
 * @returns {string[]} one line a server
 */
export function describeServers(results) {
  const counts = new Map();
  for (const { assertionResults } of results.testResults) {
    for (const { ancestorTitles, status } of assertionResults) {
      const server = ancestorTitles.map((title) => serverTitle.exec(title)?.[1]).find(Boolean);
      if (server === undefined) continue;
      const count = counts.get(server) ?? { passed: 0, failed: 0, skipped: 0 };
      count[status === 'passed' || status === 'failed' ? status : 'skipped']++;
      counts.set(server, count);
    }
  }
  const lines = [...counts].map(
    ([server, { passed, failed, skipped }]) =>
      `Tested against ${server}: ${passed} ${passed === 1 ? 'test' : 'tests'} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}.`,
  );
  if (![...counts.keys()].some((server) => /(?:Vault|OpenBao) v/.test(server))) {
    lines.push(
      'No real Vault or OpenBao was there to test against, alone or as a Raft cluster (VAULT_BIN, or vault or bao on PATH).',
    );
  }
  for (const service of ['PostgreSQL', 'Redis', 'NATS']) {
    if (![...counts.keys()].some((server) => server.startsWith(`${service} `))) {
      lines.push(`No ${service} was there to test against.`);
    }
  }
  return lines;
}
