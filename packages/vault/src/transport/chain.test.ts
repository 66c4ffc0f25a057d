import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Chain, type Place } from './chain.js';

const step = fc.oneof(
  fc.constant({ kind: 'add' } as const),
  fc.constant({ kind: 'shift' } as const),
  fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }),
);

test('holds what came and has not left, in that order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const chain = new Chain<number>();
      const places: Place<number>[] = [];
      let held: number[] = [];
      for (const [value, taken] of steps.entries()) {
        if (taken.kind === 'add') {
          places.push(chain.add(value));
          held.push(value);
        } else if (taken.kind === 'shift') {
          expect(chain.shift()).toBe(held.shift());
        } else if (places.length > 0) {
          const place = places[taken.which % places.length];
          if (place === undefined) continue;
          expect(chain.leave(place)).toBe(held.includes(place.value));
          held = held.filter((other) => other !== place.value);
        }
        expect(chain.length).toBe(held.length);
      }
      const drained: number[] = [];
      chain.drain((value) => drained.push(value));
      expect(drained).toEqual(held);
      expect(chain.length).toBe(0);
    }),
  );
});

test('what is taken out may make others leave, and others come', () => {
  const chain = new Chain<string>();
  const taken: string[] = [];
  chain.add('a');
  const second = chain.add('b');
  chain.add('c');
  chain.drain((value) => {
    taken.push(value);
    if (value === 'a') chain.leave(second);
  });
  expect(taken).toEqual(['a', 'c']);
});
