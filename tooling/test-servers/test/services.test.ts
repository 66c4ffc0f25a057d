import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nats, postgres, redis, type TestService } from '../src/index.js';
import { optionalServer } from '../src/optional-server.js';

for (const server of [postgres, redis, nats]) {
  describe.runIf(server.there)(server.title, () => {
    let service: TestService;
    beforeAll(async () => {
      service = await server.start();
    });
    afterAll(() => service?.close());

    const listens = () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(service.port, '127.0.0.1', () => resolve(true));
        socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
      });

    it('is stopped and started on the same port', async () => {
      expect(await listens()).toBe(true);
      await service.stop();
      expect(await listens()).toBe(false);
      await service.start();
      expect(await listens()).toBe(true);
    });

    it('is killed and started again', async () => {
      await service.kill();
      expect(await listens()).toBe(false);
      await service.start();
      expect(await listens()).toBe(true);
    });
  });
}

describe('a server that the machine may have or not', () => {
  const start = () => Promise.reject(new Error('was started'));

  it('says that it is not there', async () => {
    const none = optionalServer('Nothing', { names: ['no-such-server'], version: /v(\S+)/ }, start);
    expect(none).toMatchObject({ title: 'on Nothing, which is not there', there: false });
    await expect(none.start()).rejects.toThrow('There is no Nothing here');
  });

  it('is known by what it says of itself', async () => {
    const node = optionalServer('Node.js', { names: ['node'], version: /v(\S+)/ }, start);
    expect(node).toMatchObject({ title: `on Node.js ${process.versions.node}`, there: true });
    await expect(node.start()).rejects.toThrow('was started');
  });
});
