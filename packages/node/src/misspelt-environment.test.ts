import { defineSettings } from '@strongroom/core';
import { expect, test } from 'vitest';
import { misspeltEnvironment } from './misspelt-environment.js';

const definition = defineSettings({ application: 'shop', environments: ['production'], settings: {} });

test.each(['APP_ENV', 'NODE_ENV'])(
  'a letter of %s too few, or two swapped, is noticed wherever it is',
  (meant) => {
    for (let at = 0; at < meant.length - 1; at++) {
      const [before, here, next, after] = [meant.slice(0, at), meant[at], meant[at + 1], meant.slice(at + 2)];
      for (const name of [`${before}${next}${after}`, `${before}${next}${here}${after}`]) {
        if (name === meant) continue;
        const variables = { PATH: '/bin', HOME: '/root', [name]: 'production' };
        expect(misspeltEnvironment(definition, variables)).toBe(
          `${name} is set: was it meant to be ${meant}?`,
        );
      }
    }
  },
);

test('a variable of another name is not taken for it', () => {
  expect(
    misspeltEnvironment(definition, { PATH: '/bin', ENV: 'x', APPS: 'x', NODE_PATH: '/lib' }),
  ).toBeUndefined();
});
