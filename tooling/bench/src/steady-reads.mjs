import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, medianRatio } from './rounds.mjs';
import { clients } from './steady/clients.mjs';

const file = (name) => fileURLToPath(new URL(`steady/${name}.mjs`, import.meta.url));

const servers = {
  'stub-server': 'beside a server that costs next to nothing, so that what differs is the client',
  'embedded-server': 'beside the embedded server, which takes its share of the machine as a real one does',
};

/**
 * Uncached reads, warm: reads a second, CPU a read, 99th percentile and sockets, beside every peer.
 *
 * @param only one of the servers
 */
export async function steadyReads(rounds, only) {
  for (const [name, words] of Object.entries(servers)) {
    if (only !== undefined && only !== name) continue;
    const server = fork(file(name));
    const [{ port }] = await once(server, 'message');
    process.stdout.write(`\nReads, ${words}\n`);
    try {
      for (const concurrency of [1, 10, 50]) await atConcurrency(server, port, concurrency, rounds);
    } finally {
      server.disconnect();
    }
  }
}

async function atConcurrency(server, port, concurrency, rounds) {
  const names = Object.keys(clients);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      const result = await read(name, port, concurrency);
      server.send('sockets');
      const [{ sockets }] = await once(server, 'message');
      samples[name].push({ ...result, sockets });
    }
    process.stderr.write(`\rconcurrency ${concurrency}, round ${round + 1} of ${rounds} `);
  }
  process.stderr.write('\n');
  const agent = 'bare node:http agent';
  const pool = 'bare undici pool';
  const columns = [
    ['reads/s', 9, (name) => median(samples[name].map(({ readsPerSecond }) => readsPerSecond)).toFixed(0)],
    ['of agent', 10, (name) => ratio(name, agent, 'readsPerSecond')],
    ['of pool', 9, (name) => ratio(name, pool, 'readsPerSecond')],
    ['of node-vault', 15, (name) => ratio(name, 'node-vault', 'readsPerSecond')],
    ['CPU/read of agent', 19, (name) => ratio(name, agent, 'cpuMicroseconds')],
    ['of pool', 9, (name) => ratio(name, pool, 'cpuMicroseconds')],
    ['p99 of agent', 14, (name) => ratio(name, agent, 'p99')],
    ['of pool', 9, (name) => ratio(name, pool, 'p99')],
    ['sockets', 9, (name) => String(median(samples[name].map(({ sockets }) => sockets)))],
  ];
  const head = columns.map(([title, width]) => title.padStart(width)).join('');
  process.stdout.write(`\n${`${concurrency} at a time`.padEnd(27)}${head}\n`);
  for (const name of names) {
    const cells = columns.map(([, width, cell]) => cell(name).padStart(width)).join('');
    process.stdout.write(`  ${name.padEnd(25)}${cells}\n`);
  }

  function ratio(name, reference, figure) {
    const all = (of) => samples[of].map((sample) => sample[figure]);
    return medianRatio(all(name), all(reference)).toFixed(2);
  }
}

async function read(client, port, concurrency) {
  const child = spawn(process.execPath, [file('reader')], {
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      CLIENT: client,
      VAULT_ADDR: `http://127.0.0.1:${port}`,
      CONCURRENCY: String(concurrency),
      SECONDS: '1.5',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${client} ended with ${status}`);
  return JSON.parse(output);
}
