import { startDevServer, startStandby } from '@strongroom/dev-server';
import { leaderOf, type TestCluster } from './test-cluster.js';

/** About what Raft needs at its quickest. */
const electionMs = 500;

/** Starts an embedded server with two that stand by it. */
export async function startEmbeddedCluster(rootToken: string): Promise<TestCluster> {
  const first = await startDevServer({ rootToken });
  const nodes = [first, await startStandby(first, { electionMs }), await startStandby(first, { electionMs })];
  return {
    addresses: nodes.map(({ address }) => address),
    rootToken,
    async killLeader() {
      const leader = await leaderOf(first.address);
      await nodes.find(({ address }) => address === leader)?.close();
      return leader;
    },
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}
