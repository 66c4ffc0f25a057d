// Takes the place of a Vault binary: it understands what is asked of `vault`, and of nothing else. In place of Raft,
// the nodes of its clusters have one file; what is killed is taken over by the next node that is asked.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startDevServer } from '@strongroom/dev-server';

const asked = process.argv.slice(2).join(' ');
const { VAULT_DEV_LISTEN_ADDRESS: listen = '', VAULT_DEV_ROOT_TOKEN_ID: rootToken = '' } = process.env;

if (asked === 'version') process.stdout.write('Vault v0.0.1 (stand-in)\n');
else if (asked === 'server -dev -dev-no-store-token' && rootToken !== '') {
  const [host, port] = listen.split(':');
  const { unsealKey } = await startDevServer({ host, port: Number(port), rootToken });
  process.stdout.write(`Unseal Key: ${unsealKey}\n`);
} else if (asked.startsWith('server -config=')) await startNode(asked.slice('server -config='.length));
else process.exitCode = 64;

async function startNode(file) {
  const config = readFileSync(file, 'utf8');
  const setting = (name) => new RegExp(`^ *${name} = "(.*)"$`, 'm').exec(config)?.[1];
  const own = setting('api_addr');
  const leaderFile = join(dirname(file), 'leader');
  const state = { key: undefined, inner: undefined };
  if (!config.includes('retry_join')) await takeOver();

  async function takeOver() {
    state.inner = await startDevServer({ initialised: false, dataFile: join(dirname(file), 'state') });
    if (state.key !== undefined) {
      await fetch(`${state.inner.address}/v1/sys/unseal`, {
        method: 'PUT',
        body: JSON.stringify({ key: state.key }),
      });
    }
    writeFileSync(leaderFile, own);
  }

  const alive = (address) =>
    fetch(`${address}/v1/sys/seal-status`).then(
      () => true,
      () => false,
    );

  async function answer({ method, url, headers }, body) {
    const leads = () => state.inner !== undefined;
    if (!leads() && url === '/v1/sys/seal-status') return { sealed: state.key === undefined };
    if (!leads() && url === '/v1/sys/unseal') {
      state.key = JSON.parse(body).key;
      return { sealed: false };
    }
    if (state.key === undefined && !leads()) return { status: 503, errors: ['Vault is sealed'] };
    let leader = readFileSync(leaderFile, 'utf8');
    if (!leads() && !(await alive(leader))) {
      state.taking ??= takeOver();
      await state.taking;
      leader = own;
    }
    if (url === '/v1/sys/leader') return { ha_enabled: true, is_self: leads(), leader_address: leader };
    if (!leads() && url === '/v1/sys/health') return { status: 429, standby: true };
    if (url === '/v1/sys/storage/raft/configuration') {
      return { data: { config: { servers: [{ voter: true }, { voter: true }, { voter: true }] } } };
    }
    const target = leads() ? state.inner.address : leader;
    const token = headers['x-vault-token'];
    const response = await fetch(target + url, {
      method,
      headers: token === undefined ? {} : { 'x-vault-token': token },
      ...(body === '' ? {} : { body }),
    });
    // The file is written a moment after the answer, and a node may be killed as soon as it has answered.
    if (method !== 'GET') await delay(250);
    return { status: response.status, text: await response.text() };
  }

  createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const {
      status = 200,
      text,
      ...json
    } = await answer(request, body).catch(() => ({ status: 503, errors: [] }));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(text ?? JSON.stringify(json));
  }).listen(Number(new URL(own).port), '127.0.0.1');
}
