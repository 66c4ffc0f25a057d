import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { standingOf } from './instance.js';

const instances = (count: number, name: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => name(index));

describe('where an instance stands', () => {
  // printf 'shop\0web-1' | sha256sum | cut -c1-12, divided by 2^48, times 100
  test.each([
    ['shop', 'web-1', 9.119277476652243],
    ['shop', 'web-2', 5.749836350074844],
    ['shop', 'web-3', 79.61124491586133],
    ['bank', 'web-1', 64.38330561730154],
    ['Bücher', 'größe', 97.31391444189477],
  ])('is the same for ever: %s %s at %d', (application, instance, at) => {
    expect(standingOf(application, instance)).toBeCloseTo(at, 9);
  });

  test('is from 0 up to but not 100, whatever it is called', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (application, instance) => {
        const at = standingOf(application, instance);
        expect(at).toBe(standingOf(application, instance));
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThan(100);
      }),
    );
  });

  // Chi-squared over a hundred equal classes: of a thousand even spreads one is beyond 148.2. The names are fixed,
  // so this is the same in every run.
  test.each([
    ['numbers', (index: number) => String(index)],
    ['a stateful set', (index: number) => `web-${index}`],
    ['addresses', (index: number) => `10.0.${index >> 8}.${index & 255}`],
    ['pods', (index: number) => `shop-7d4b9c6f5-${index.toString(36).padStart(5, '0')}`],
  ])('is spread evenly: %s', (_, name) => {
    const classes = new Array<number>(100).fill(0);
    for (const instance of instances(50_000, name)) {
      const at = Math.floor(standingOf('shop', instance));
      classes[at] = (classes[at] ?? 0) + 1;
    }
    const chiSquared = classes.reduce((sum, seen) => sum + (seen - 500) ** 2 / 500, 0);
    expect(chiSquared).toBeLessThan(148.2);
  });

  test('is another for another application: a quarter of a quarter is in both', () => {
    const inQuarter = (application: string) => (instance: string) => standingOf(application, instance) < 25;
    const both = instances(10_000, (index) => `web-${index}`)
      .filter(inQuarter('shop'))
      .filter(inQuarter('bank'));
    // 625, give or take four standard deviations.
    expect(Math.abs(both.length - 625)).toBeLessThan(4 * 24.2);
  });

  test('tells the application from the instance', () => {
    expect(standingOf('shop-web', '1')).not.toBe(standingOf('shop', 'web-1'));
    expect(standingOf('shopw', 'eb-1')).not.toBe(standingOf('shop', 'web-1'));
  });
});
