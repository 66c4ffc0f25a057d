import { expect, test } from 'vitest';
import { ManualClock } from './manual-clock.js';

test('stands still until it is moved', () => {
  const clock = new ManualClock(1_000);
  expect(clock.now()).toBe(1_000);
  clock.advance(500);
  expect(clock.now()).toBe(1_500);
});

test('runs due timers in order, each at its own moment, those of one moment by age', () => {
  const clock = new ManualClock(0);
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name}@${clock.now()}`);
  clock.after(30, note('c'));
  clock.after(10, note('a'));
  clock.after(20, note('b1'));
  clock.after(20, note('b2'));
  clock.after(31, note('late'));
  expect(clock.pending).toBe(5);
  clock.advance(30);
  expect(ran).toEqual(['a@10', 'b1@20', 'b2@20', 'c@30']);
  expect(clock.pending).toBe(1);
  expect(clock.now()).toBe(30);
});

test('runs a timer that a timer sets on the way', () => {
  const clock = new ManualClock(0);
  const ran: number[] = [];
  const tick = () => {
    ran.push(clock.now());
    clock.after(10, tick);
  };
  clock.after(10, tick);
  clock.advance(35);
  expect(ran).toEqual([10, 20, 30]);
  expect(clock.pending).toBe(1);
});

test('forgets a timer that is called off, even on the way', () => {
  const clock = new ManualClock(0);
  const ran: string[] = [];
  const callOff = clock.after(20, () => ran.push('b'));
  clock.after(10, () => {
    ran.push('a');
    callOff();
  });
  clock.advance(100);
  expect(ran).toEqual(['a']);
  callOff();
});

test('runs a timer without delay at the next move, not at once', () => {
  const clock = new ManualClock(0);
  let ran = false;
  clock.after(-5, () => {
    ran = true;
  });
  expect(ran).toBe(false);
  clock.advance(0);
  expect(ran).toBe(true);
});
