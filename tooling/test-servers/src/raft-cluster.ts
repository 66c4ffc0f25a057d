import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { administer } from './administer.js';
import { freePorts } from './free-port.js';
import { leaderOf, type TestCluster } from './test-cluster.js';

/** A new node becomes a voter only when it was stable for a while: ten seconds unless told otherwise. */
const readyDeadlineMs = 90_000;

interface Node {
  readonly address: string;
  readonly process: ChildProcess;
}

/** The configuration of one node. */
function configuration(
  folder: string,
  name: string,
  ports: readonly [number, number],
  first: string,
): string {
  const [api, cluster] = ports;
  const join = `http://127.0.0.1:${api}` === first ? '' : `retry_join { leader_api_addr = "${first}" }`;
  return `
storage "raft" {
  path = "${folder}"
  node_id = "${name}"
  performance_multiplier = 1
  ${join}
}
listener "tcp" {
  address = "127.0.0.1:${api}"
  cluster_address = "127.0.0.1:${cluster}"
  tls_disable = true
}
api_addr = "http://127.0.0.1:${api}"
cluster_addr = "https://127.0.0.1:${cluster}"
disable_mlock = true
`;
}

/** Starts three nodes of a real Vault or OpenBao with integrated storage, each a process of its own. */
export async function startRaftCluster(binary: string): Promise<TestCluster> {
  const home = await mkdtemp(join(tmpdir(), 'strongroom-raft-'));
  const ports = await freePorts(6);
  const nodes: Node[] = [];
  const close = async () => {
    await Promise.all(nodes.map(({ process }) => end(process)));
    await rm(home, { recursive: true, force: true });
  };
  try {
    const first = `http://127.0.0.1:${ports[0]}`;
    for (const index of [0, 1, 2]) {
      const [api, cluster] = [ports[index] ?? 0, ports[index + 3] ?? 0];
      const folder = join(home, `node-${index}`);
      await mkdir(folder);
      const config = `${folder}.hcl`;
      await writeFile(config, configuration(folder, `node-${index}`, [api, cluster], first));
      const child = spawn(binary, ['server', `-config=${config}`], {
        env: { PATH: process.env['PATH'], HOME: home },
        stdio: 'ignore',
      });
      nodes.push({ address: `http://127.0.0.1:${api}`, process: child });
    }
    const rootToken = await unseal(nodes);
    return {
      addresses: nodes.map(({ address }) => address),
      rootToken,
      async killLeader() {
        const leader = await leaderOf(first);
        const found = nodes.find(({ address }) => address === leader);
        if (found === undefined) throw new Error('The cluster has no active node to kill');
        await end(found.process);
        return leader;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Initialises the first node, and unseals it and those that join it. */
async function unseal(nodes: readonly Node[]): Promise<string> {
  const [first] = nodes;
  if (first === undefined) throw new Error('There are no nodes');
  const put = async (address: string, path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${address}/v1/sys/${path}`, { method: 'PUT', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
    return response.json();
  };
  const until = async (what: string, nodes: readonly Node[], done: () => Promise<boolean>) => {
    const deadline = Date.now() + readyDeadlineMs;
    while (!(await done().catch(() => false))) {
      const ended = nodes.find(({ process }) => process.exitCode !== null);
      if (ended !== undefined) throw new Error(`A node ended with ${ended.process.exitCode}`);
      if (Date.now() > deadline) throw new Error(`${what} took more than ${readyDeadlineMs / 1000} s`);
      await delay(100);
    }
  };
  let made: { readonly keys_base64: readonly string[]; readonly root_token: string } | undefined;
  await until('Initialising', nodes, async () => {
    made ??= (await put(first.address, 'init', { secret_shares: 1, secret_threshold: 1 })) as typeof made;
    return made !== undefined;
  });
  const { keys_base64: [key = ''] = [], root_token: rootToken = '' } = made ?? {};
  const { call, mountKv } = administer({ address: first.address, rootToken });
  for (const { address } of nodes) {
    await until('Unsealing', nodes, async () => {
      const status = await fetch(`${address}/v1/sys/seal-status`).then((answer) => answer.json());
      if ((status as { readonly sealed: boolean }).sealed) await put(address, 'unseal', { key });
      const health = await fetch(`${address}/v1/sys/health`);
      return health.status === 200 || health.status === 429;
    });
  }
  // With fewer voters than nodes the cluster would not survive the loss of one.
  await until('Joining', nodes, async () => {
    const { data } = (await call('GET', 'sys/storage/raft/configuration')) as {
      readonly data: { readonly config: { readonly servers: readonly { readonly voter: boolean }[] } };
    };
    return data.config.servers.filter(({ voter }) => voter).length === nodes.length;
  });
  await mountKv('secret', 2);
  return rootToken;
}

/** SIGKILL: a node that is asked to stop would hand its work on first. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
