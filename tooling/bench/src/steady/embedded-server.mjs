// The embedded server: as a real Vault does, it takes its own share of the machine for each read.
import { subscribe } from 'node:diagnostics_channel';
import { startDevServer } from '@strongroom/dev-server';

let sockets = 0;
subscribe('net.server.socket', () => {
  sockets++;
});
const data = { key0: 'value-0', key1: 'value-1', key2: 'value-2', key3: 'value-3' };
const seed = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`bench/path${index}`, data]));
const server = await startDevServer({ seed, rootToken: 'bench' });
process.send({ port: Number(new URL(server.address).port) });
process.on('message', () => {
  process.send({ sockets });
  sockets = 0;
  server.clearRequests();
});
process.on('disconnect', () => process.exit());
