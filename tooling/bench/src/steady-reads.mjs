import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, medianRatio } from './rounds.mjs';
import { clients } from './steady/clients.mjs';

const file = (name) => fileURLToPath(new URL(`steady/${name}.mjs`, import.meta.url));

/** Uncached reads, warm: reads a second, CPU a read, 99th percentile and sockets, beside every peer. */
export async function steadyReads(rounds) {
  const server = fork(file('stub-server'));
  const [{ port }] = await once(server, 'message');
  try {
    for (const concurrency of [1, 10, 50]) await atConcurrency(server, port, concurrency, rounds);
  } finally {
    server.disconnect();
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
  const all = (name, figure) => samples[name].map((sample) => sample[figure]);
  process.stdout.write(
    `\n${concurrency} at a time${' '.repeat(16)}reads/s   of the agent   of node-vault   CPU/read of the agent   p99 ms   sockets\n`,
  );
  for (const name of names) {
    const cells = [
      median(all(name, 'readsPerSecond')).toFixed(0).padStart(7),
      medianRatio(all(name, 'readsPerSecond'), all('bare node:http agent', 'readsPerSecond'))
        .toFixed(2)
        .padStart(14),
      medianRatio(all(name, 'readsPerSecond'), all('node-vault', 'readsPerSecond')).toFixed(2).padStart(15),
      medianRatio(all(name, 'cpuMicroseconds'), all('bare node:http agent', 'cpuMicroseconds'))
        .toFixed(2)
        .padStart(23),
      median(all(name, 'p99')).toFixed(1).padStart(8),
      String(median(all(name, 'sockets'))).padStart(9),
    ];
    process.stdout.write(`  ${name.padEnd(25)}${cells.join('')}\n`);
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
