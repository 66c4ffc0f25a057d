import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from './clock.js';

const day = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a delay that is longer than a timer of Node.js takes comes when it is over, and not at once', () => {
  const due = vi.fn();
  systemClock.after(90 * day, due);
  vi.advanceTimersByTime(90 * day - 1);
  expect(due).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(due).toHaveBeenCalledTimes(1);
});

test('one without end never comes', () => {
  const due = vi.fn();
  systemClock.after(Number.POSITIVE_INFINITY, due);
  vi.advanceTimersByTime(400 * day);
  expect(due).not.toHaveBeenCalled();
});

test.each([1, 30, 60])('can be called off, also on day %i', (days) => {
  const due = vi.fn();
  const callOff = systemClock.after(90 * day, due);
  vi.advanceTimersByTime(days * day);
  callOff();
  vi.advanceTimersByTime(90 * day);
  expect(due).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
