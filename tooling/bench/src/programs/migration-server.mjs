// The embedded server, in a process of its own.
import { startDevServer } from '@strongroom/dev-server';

const server = await startDevServer();
process.send({ address: server.address, token: server.rootToken });
process.on('disconnect', () => server.close());
