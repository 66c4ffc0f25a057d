import { expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { createResolver, defineSettings, type RolloutDecision, secret } from '../src/index.js';
import { compareInShadow, type ShadowComparison, type ShadowReport } from '../src/shadow/index.js';
import { memorySource } from '../src/testing/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { PASSWORD: secret('database/password', z.string()) },
});
const resolver = createResolver(definition, { environment: 'production', sources: [] });

test('a comparison takes any resolver and any source', async () => {
  const shadow = compareInShadow(resolver, memorySource('store'), { deadlineMs: 1000 });
  expectTypeOf(shadow.report()).toEqualTypeOf<ShadowReport>();
  expectTypeOf(await shadow.compare()).toEqualTypeOf<ShadowReport>();
  expectTypeOf(shadow.report().differing[0]?.kind).toEqualTypeOf<
    'missing' | 'extra' | 'differs' | 'invalid' | 'unavailable' | undefined
  >();
  // @ts-expect-error no source
  compareInShadow(resolver);
  // @ts-expect-error a misspelt option
  compareInShadow(resolver, memorySource('store'), { deadline: 1000 });
  // @ts-expect-error a report is read-only
  shadow.report().comparisons = 0;
});

test('its event and that of the rollout are typed', () => {
  resolver.events.on('shadow', (comparison) => expectTypeOf(comparison).toEqualTypeOf<ShadowComparison>());
  resolver.events.on('rollout', (decision) => expectTypeOf(decision).toEqualTypeOf<RolloutDecision>());
});
