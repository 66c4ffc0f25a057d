import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import { type OptionalServer, optionalServer } from './optional-server.js';
import { answers, startService } from './service.js';

/** A Redis that writes nothing to disk. */
export const redis: OptionalServer = optionalServer(
  'Redis',
  { names: ['redis-server'], version: /\bv=(\S+)/ },
  async (command) => {
    const [port = 0] = await freePorts(1);
    return startService({
      command,
      args: ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'],
      stopSignal: 'SIGTERM',
      folder: await mkdtemp(join(tmpdir(), 'strongroom-redis-')),
      port,
      url: `redis://127.0.0.1:${port}`,
      ready: () => answers(port, 'PING\r\n', '+PONG'),
    });
  },
);
