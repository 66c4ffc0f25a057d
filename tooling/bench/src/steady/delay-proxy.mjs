// Holds each chunk some milliseconds each way: 2.5 unless told, so that a round trip takes 5 ms more. A process of its own.
import { connect, createServer } from 'node:net';

const upstream = Number(process.argv[2]);
const delayMs = Number(process.argv[3] ?? 2.5);

function pass(from, to) {
  from.on('data', (chunk) => setTimeout(() => to.writable && to.write(chunk), delayMs));
  from.on('close', () => setTimeout(() => to.destroy(), delayMs));
  from.on('error', () => to.destroy());
}

const server = createServer((client) => {
  const target = connect(upstream, '127.0.0.1');
  client.setNoDelay(true);
  target.setNoDelay(true);
  pass(client, target);
  pass(target, client);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
