// Stands where Vault would, as fast as Node.js can answer, so that what is measured is the client. A process of its
// own. Every path below data/ holds four keys; `SOCKETS` tells how many connections were ever opened.
import { createServer } from 'node:http';

let sockets = 0;
const body = JSON.stringify({
  request_id: '5c3f8f3e-0000-4000-8000-000000000000',
  lease_id: '',
  renewable: false,
  lease_duration: 0,
  data: {
    data: { key0: 'value-0', key1: 'value-1', key2: 'value-2', key3: 'value-3' },
    metadata: {
      created_time: '2026-01-01T00:00:00.000000000Z',
      custom_metadata: null,
      deletion_time: '',
      destroyed: false,
      version: 1,
    },
  },
  wrap_info: null,
  warnings: null,
  auth: null,
});
const token = JSON.stringify({
  data: {
    id: 'bench',
    accessor: 'bench',
    ttl: 0,
    renewable: false,
    policies: ['root'],
    creation_ttl: 0,
    expire_time: null,
  },
});
const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };

const server = createServer((request, response) => {
  const text = request.url.includes('/auth/token/') ? token : body;
  response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
});
server.keepAliveTimeout = 60_000;
server.on('connection', () => {
  sockets++;
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => {
  process.send({ sockets });
  sockets = 0;
});
process.on('disconnect', () => process.exit());
