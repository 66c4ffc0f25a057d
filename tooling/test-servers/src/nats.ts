import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import { type OptionalServer, optionalServer } from './optional-server.js';
import { answers, startService } from './service.js';

export const nats: OptionalServer = optionalServer(
  'NATS',
  { names: ['nats-server'], version: /\bv(\d\S*)/ },
  async (command) => {
    const [port = 0] = await freePorts(1);
    return startService({
      command,
      args: ['--addr', '127.0.0.1', '--port', String(port)],
      stopSignal: 'SIGTERM',
      folder: await mkdtemp(join(tmpdir(), 'strongroom-nats-')),
      port,
      url: `nats://127.0.0.1:${port}`,
      ready: () => answers(port, '', 'INFO '),
    });
  },
);
