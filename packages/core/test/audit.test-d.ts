import { pino } from 'pino';
import { expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import {
  type AuditEvent,
  type AuditRecord,
  type AuditSink,
  type AuditTrail,
  auditTrail,
} from '../src/audit/index.js';
import { createResolver, defineSettings, plain, secret } from '../src/index.js';

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { PASSWORD: secret('database/password', z.string()), PORT: plain(z.int(), { default: 1 }) },
});
const resolver = createResolver(definition, { environment: 'production', sources: [] });

test('any resolver can be audited, into a function, a file or a logger', () => {
  expectTypeOf(auditTrail(resolver, { sink: { file: 'audit' } })).toEqualTypeOf<AuditTrail>();
  expectTypeOf(pino()).toExtend<AuditSink>();
  auditTrail(resolver, {
    sink: (record) => {
      expectTypeOf(record).toEqualTypeOf<AuditRecord>();
      expectTypeOf(record.event).toEqualTypeOf<AuditEvent>();
      expectTypeOf(record.version).toEqualTypeOf<number | undefined>();
      // @ts-expect-error a record has no value
      record.value;
      // @ts-expect-error a record is read-only
      record.sequence = 0;
    },
  });
  auditTrail(resolver, { sink: async () => {}, instance: 'web-1', readIntervalMs: 1, maxWaiting: 1 });
});

test('a trail without a sink, or with something else for one, does not compile', () => {
  // @ts-expect-error no sink
  auditTrail(resolver, {});
  // @ts-expect-error a path is no sink: it would not be seen that it is one
  auditTrail(resolver, { sink: '/var/log/audit' });
  // @ts-expect-error an option that is none
  auditTrail(resolver, { sink: () => {}, interval: 1 });
});
