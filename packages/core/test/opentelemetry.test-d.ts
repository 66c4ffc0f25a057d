import { metrics, trace } from '@opentelemetry/api';
import { expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { createResolver, defineSettings, secret } from '../src/index.js';
import { observe } from '../src/opentelemetry/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { PASSWORD: secret('database/password', z.string()) },
});
const resolver = createResolver(definition, { environment: 'production', sources: [] });

test('any resolver can be observed, with the providers of the application or the global ones', () => {
  expectTypeOf(observe(resolver)).toEqualTypeOf<() => void>();
  observe(resolver, { meter: metrics.getMeter('shop'), tracer: trace.getTracer('shop'), reads: true });
});

test('a provider in the place of a meter, or an option that there is not, does not compile', () => {
  // @ts-expect-error a provider is no meter
  observe(resolver, { meter: metrics });
  // @ts-expect-error no such option
  observe(resolver, { spans: false });
});
