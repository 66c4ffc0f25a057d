// A server with 10,000 keys in 2,500 secrets; a message writes a new version of each.
import { startDevServer } from '@strongroom/dev-server';

let generation = 0;
const seed = () => {
  generation += 1;
  return Object.fromEntries(
    Array.from({ length: 2_500 }, (_, group) => [
      `bench/production/group${group}`,
      Object.fromEntries(
        Array.from({ length: 4 }, (__, key) => [`key${key}`, `${group}-${key}-${generation}`]),
      ),
    ]),
  );
};
const server = await startDevServer({ seed: seed() });
process.send({ address: server.address, token: server.rootToken });
process.on('message', () => {
  server.seed(seed());
  process.send('done');
});
process.on('disconnect', () => server.close());
