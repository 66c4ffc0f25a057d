import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { report, runRounds } from './rounds.mjs';

const file = (name) => fileURLToPath(new URL(`${name}.mjs`, import.meta.url));

/** 1000 secrets in 250 paths: planned, written and verified, in a fresh process and after its imports. */
export async function migration(rounds) {
  const server = fork(file('programs/migration-server'));
  const [{ address, token }] = await once(server, 'message');
  const proxy = fork(file('steady/delay-proxy'), [new URL(address).port, '5']);
  const [{ port }] = await once(proxy, 'message');
  const near = { VAULT_ADDR: address, VAULT_TOKEN: token };
  const far = { ...near, VAULT_ADDR: `http://127.0.0.1:${port}` };
  try {
    const beside = await runRounds(
      [
        { name: 'bare node:http agent, 16 sockets', program: 'migration-bare-agent', env: near },
        { name: 'strongroom', program: 'migration-strongroom', env: near },
      ],
      rounds,
    );
    const agent = 'bare node:http agent, 16 sockets';
    report('A migration of 1000 secrets in 250 paths', beside, ({ workMs }) => workMs, agent);
    report('The same, in processor time', beside, ({ cpuMs }) => cpuMs, agent);
    report('The same again, with nothing to do', beside, ({ againMs }) => againMs, agent);

    const away = await runRounds(
      [
        { name: 'strongroom', program: 'migration-strongroom', env: far },
        { name: 'bare node:http agent, 16 sockets', program: 'migration-bare-agent', env: far },
        { name: 'node-vault, one path after another', program: 'migration-node-vault', env: far },
      ],
      Math.min(rounds, 5),
    );
    const title = 'A migration of 1000 secrets in 250 paths, 5 ms away each way';
    report(title, away, ({ workMs }) => workMs, 'strongroom');
  } finally {
    server.disconnect();
    proxy.disconnect();
  }
}
