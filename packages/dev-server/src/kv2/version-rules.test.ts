import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Kv2Config } from './secret-record.js';
import {
  addVersion,
  deleteVersion,
  destroyVersion,
  isDeleted,
  newSecret,
  undeleteVersion,
} from './version-rules.js';

type Command =
  | { readonly do: 'write' | 'wait' }
  | { readonly do: 'delete' | 'undelete' | 'destroy'; readonly version: number }
  | { readonly do: 'limit'; readonly max: number };

const version = fc.integer({ min: 0, max: 15 });
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant({ do: 'write' } as const) },
    fc.constant({ do: 'wait' } as const),
    fc.record({ do: fc.constantFrom('delete', 'undelete', 'destroy'), version }),
    fc.record({ do: fc.constant('limit' as const), max: fc.integer({ min: 0, max: 4 }) }),
  ),
  { maxLength: 60 },
);

test('whatever is done in whatever order, a secret agrees with a list of its states', () => {
  fc.assert(
    fc.property(commands, (todo) => {
      const secret = newSecret(0);
      const config: Kv2Config = { maxVersions: 0, casRequired: false, deleteVersionAfter: 0 };
      // The model: for each version ever written, what can be read of it.
      const model: ('readable' | 'deleted' | 'destroyed' | 'dropped')[] = [];
      let max = 10;
      let now = 0;
      for (const command of todo) {
        now += 1;
        switch (command.do) {
          case 'write':
            addVersion(secret, config, new Map([['n', String(model.length)]]), now);
            model.push('readable');
            for (let index = 0; index < model.length - max; index += 1) model[index] = 'dropped';
            break;
          case 'delete':
            deleteVersion(secret.versions.get(command.version), now);
            if (model[command.version - 1] === 'readable') model[command.version - 1] = 'deleted';
            break;
          case 'undelete':
            undeleteVersion(secret.versions.get(command.version), secret, config, now);
            if (model[command.version - 1] === 'deleted') model[command.version - 1] = 'readable';
            break;
          case 'destroy':
            destroyVersion(secret.versions.get(command.version));
            if (model[command.version - 1] !== undefined && model[command.version - 1] !== 'dropped') {
              model[command.version - 1] = 'destroyed';
            }
            break;
          case 'limit':
            config.maxVersions = command.max;
            max = command.max || 10;
            break;
          default:
            now += 1;
        }
        now += 1;
        expect(secret.currentVersion).toBe(model.length);
        const seen = model.map((_, index) => {
          const found = secret.versions.get(index + 1);
          if (found === undefined) return 'dropped';
          if (found.destroyed) return 'destroyed';
          return isDeleted(found, now) ? 'deleted' : 'readable';
        });
        expect(seen).toEqual(model);
        for (const [number, found] of secret.versions) {
          expect(found.data?.get('n')).toBe(found.destroyed ? undefined : String(number - 1));
        }
      }
    }),
  );
});

test('a version deletes itself after the shorter of the two times, and not when the mount forbids it', () => {
  const secret = { ...newSecret(0), deleteVersionAfter: 10 };
  const config: Kv2Config = { maxVersions: 0, casRequired: false, deleteVersionAfter: 60 };
  const first = addVersion(secret, config, null, 1_000);
  expect(first.deletionTime).toBe(11_000);
  expect(isDeleted(first, 10_999)).toBe(false);
  expect(isDeleted(first, 11_000)).toBe(true);
  undeleteVersion(first, secret, config, 20_000);
  expect(first.deletionTime).toBe(30_000);
  expect(addVersion(secret, { ...config, deleteVersionAfter: -1 }, null, 1_000).deletionTime).toBeUndefined();
});
