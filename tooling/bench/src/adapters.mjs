import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { median, medianRatio } from './rounds.mjs';

const file = (name) => fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
/** `constant again` is the very code of `constant`: what differs between them is the machine's noise. */
const arms = ['bare', 'constant', 'constant again', 'strongroom', 'node-vault'];
/** Enough for a quarter of a second or so; short, so that the slices of a round see the same machine. */
const requestsOfOneSlice = { express: 1_000, fastify: 3_000 };
/** After so many rounds the applications start anew, so that no luck of one process decides. */
const roundsOfOneLife = 4;

/** Requests a second with an adapter, beside a hand-written one and beside asking Vault in each request. */
export async function adapters(rounds) {
  const vault = fork(file('steady/stub-server'));
  const [{ port }] = await once(vault, 'message');
  try {
    for (const framework of ['express', 'fastify']) await compare(framework, port, rounds);
  } finally {
    vault.disconnect();
  }
}

async function compare(framework, vaultPort, rounds) {
  const samples = Object.fromEntries(arms.map((arm) => [arm, []]));
  for (let round = 0; round < rounds; round += roundsOfOneLife) {
    const applications = await Promise.all(arms.map((arm) => start(framework, arm, vaultPort)));
    const amount = (arm) => requestsOfOneSlice[framework] / (arm === 'node-vault' ? 5 : 1);
    for (const application of applications) await slice(application, 4 * amount(application.arm));
    const end = Math.min(round + roundsOfOneLife, rounds);
    for (let each = round; each < end; each++) {
      // In another order each time: what goes before a slice still works while it begins.
      const order = applications.map((application) => ({ application, at: Math.random() }));
      for (const { application } of order.sort((one, other) => one.at - other.at)) {
        samples[application.arm].push(await slice(application, amount(application.arm)));
      }
      process.stderr.write(`\r${framework}, round ${each + 1} of ${rounds} `);
    }
    for (const { child } of applications) child.disconnect();
  }
  process.stderr.write('\n');
  const all = (arm, figure) => samples[arm].map((sample) => sample[figure]);
  process.stdout.write(
    `\n${framework.padEnd(20)}requests/s   of the bare one   of the hand-written one   CPU a request of that\n`,
  );
  for (const arm of arms) {
    const figures = [
      median(all(arm, 'perSecond')).toFixed(0).padStart(10),
      medianRatio(all(arm, 'perSecond'), all('bare', 'perSecond')).toFixed(2).padStart(18),
      medianRatio(all(arm, 'perSecond'), all('constant', 'perSecond')).toFixed(3).padStart(26),
      medianRatio(all(arm, 'cpuMs'), all('constant', 'cpuMs')).toFixed(3).padStart(24),
    ];
    process.stdout.write(`  ${arm.padEnd(18)}${figures.join('')}\n`);
  }
}

async function start(framework, arm, vaultPort) {
  const child = fork(file('adapters/server'), [framework, arm], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', VAULT_ADDR: `http://127.0.0.1:${vaultPort}` },
  });
  const [{ port }] = await once(child, 'message');
  return { arm, child, url: `http://127.0.0.1:${port}` };
}

/** Requests a second, and what they cost the server in processor time. */
async function slice({ child, url }, amount) {
  const before = await processorTime(child);
  const began = performance.now();
  let ended = began;
  // Of itself autocannon ends on a tick of its own.
  const load = autocannon({ url, connections: 50, amount, sampleInt: 50 });
  load.on('response', () => {
    ended = performance.now();
  });
  const { non2xx, errors } = await load;
  const seconds = (ended - began) / 1000;
  if (non2xx + errors > 0) throw new Error(`${url} answered ${non2xx + errors} requests with an error`);
  return { perSecond: amount / seconds, cpuMs: ((await processorTime(child)) - before) / amount };
}

async function processorTime(child) {
  child.send('cpu');
  const [{ cpuMs }] = await once(child, 'message');
  return cpuMs;
}
