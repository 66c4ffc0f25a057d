import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nats, postgres, redis, type TestService } from '../src/index.js';

describe.each([postgres, redis, nats])('$title', (server) => {
  let service: TestService;

  describe.runIf(server.there)('as a test has it', () => {
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

  it.runIf(!server.there)('says that it is not there', async () => {
    await expect(server.start()).rejects.toThrow('There is no');
  });
});
