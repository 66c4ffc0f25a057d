import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { report } from './rounds.mjs';

const file = (name) => fileURLToPath(new URL(`steady/${name}.mjs`, import.meta.url));
const names = [
  'bare undici pool',
  'bare node:http agent',
  'strongroom',
  'strongroom: settings',
  'node-vault',
];

/** 1000 settings in 250 paths behind a proxy that adds 5 ms to a round trip. */
export async function slowLink(rounds) {
  const server = fork(file('stub-server'));
  const [{ port: upstream }] = await once(server, 'message');
  const proxy = fork(file('delay-proxy'), [String(upstream)]);
  const [{ port }] = await once(proxy, 'message');
  try {
    const results = names.map((name) => ({ name, samples: [] }));
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < names.length; turn++) {
        const result = results[(turn + round) % names.length];
        result.samples.push(await wholeSet(result.name, port));
      }
    }
    const title = '1000 settings in 250 paths, warm, 5 ms away, 16 sockets (node-vault: as many as it likes)';
    report(title, results, ({ workMs }) => workMs, 'bare undici pool');
  } finally {
    server.disconnect();
    proxy.disconnect();
  }
}

async function wholeSet(client, port) {
  const child = spawn(process.execPath, [file('whole-set')], {
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      CLIENT: client,
      VAULT_ADDR: `http://127.0.0.1:${port}`,
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
