// One application in a process of its own: `server.mjs express|fastify ARM`. Ends with its parent.
import { makeExpress } from './express.mjs';
import { makeFastify } from './fastify.mjs';

const [framework, arm] = process.argv.slice(2);
const port = await (framework === 'express' ? makeExpress : makeFastify)(arm);
process.on('disconnect', () => process.exit());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000 });
});
process.send({ port });
