import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { type AuditOptions, type AuditRecord, auditTrail } from '../src/audit/index.js';
import { createResolver, defineSettings, type Found, type Logger, plain, secret } from '../src/index.js';
import { canarySecret, expectNoCanary, ManualClock, memorySource } from '../src/testing/index.js';
import { tellingSource } from './telling-source.js';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: {
    PASSWORD: secret('database/password', z.string().max(100)),
    TOKEN: secret('api/token', z.string()),
    LEVEL: plain(z.string(), { default: 'info', place: 'app/level' }),
  },
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const one of opened.splice(0)) await one.close();
});

const found = (value: string, version: number, requestId?: string): Found => ({
  status: 'found',
  value,
  locator: 'secret/shop/production/database#password',
  version,
  ...(requestId === undefined ? {} : { requestId }),
});

/** A program with an audit trail, before its first load. */
function open(options: Partial<AuditOptions> = {}) {
  const clock = new ManualClock();
  const vault = tellingSource('vault', { TOKEN: 'sesame', LEVEL: 'warn' });
  vault.memory.answer('PASSWORD', found('one', 1));
  const resolver = createResolver(definition, {
    environment: 'production',
    sources: [vault, memorySource('file', { TOKEN: 'of the file', PASSWORD: 'of the file' })],
    clock,
    refreshEveryMs: false,
  });
  const records: AuditRecord[] = [];
  const sink = (record: AuditRecord) => void records.push(record);
  const trail = auditTrail(resolver, { sink, clock, instance: 'web-1', ...options });
  opened.push(resolver, trail);
  /** What was recorded since this was asked last, without what every record has. */
  const news = async () => {
    await settled();
    return records
      .splice(0)
      .map(
        ({ time: _, sequence: __, application: ___, environment: ____, instance: _____, ...rest }) => rest,
      );
  };
  return { clock, vault, resolver, trail, records, news };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('an audit trail', () => {
  test('says with each record when, where and in which place of the order it happened', async () => {
    const { records, resolver, clock } = open();
    clock.advance(1_500);
    await resolver.load();
    await settled();
    expect(records[1]).toEqual({
      time: '2030-01-01T00:00:01.500Z',
      sequence: 2,
      application: 'shop',
      environment: 'production',
      instance: 'web-1',
      event: 'refresh',
      outcome: 'changed',
      trigger: 'load',
      count: 3,
      durationMs: 0,
    });
    expect(records.map(({ event }) => event)).toEqual(['trail', 'refresh', 'state']);
    expect(records.every((record) => Object.isFrozen(record))).toBe(true);
  });

  test('names the process by its host and id unless told otherwise', async () => {
    const records: AuditRecord[] = [];
    const resolver = createResolver(definition, { environment: 'production', sources: [] });
    const trail = auditTrail(resolver, { sink: (record) => void records.push(record) });
    await trail.close();
    expect(records[0]?.instance).toMatch(new RegExp(`^.+:${process.pid}$`));
    await resolver.close();
  });

  test('tells of the first read of a secret at once, and of the others once an interval', async () => {
    const { resolver, clock, news } = open({ readIntervalMs: 10_000 });
    await resolver.load();
    await news();
    const where = { source: 'vault', locator: 'secret/shop/production/database#password', version: 1 };
    const read = { event: 'read', outcome: 'served', setting: 'PASSWORD', ...where };
    expect(resolver.current().PASSWORD).toBe('one');
    expect(await news()).toEqual([{ ...read, count: 1 }]);
    expect(clock.pending).toBe(0);
    for (let reads = 0; reads < 5; reads += 1) resolver.current().PASSWORD;
    resolver.current().TOKEN;
    resolver.current().TOKEN;
    const token = { source: 'vault', locator: 'vault:TOKEN', setting: 'TOKEN' };
    expect(await news()).toEqual([{ event: 'read', outcome: 'served', ...token, count: 1 }]);
    clock.advance(9_999);
    expect(await news()).toEqual([]);
    clock.advance(1);
    expect(await news()).toEqual([
      { ...read, count: 5 },
      { event: 'read', outcome: 'served', ...token, count: 1 },
    ]);
    // Nothing was read since: no timer, no record.
    expect(clock.pending).toBe(0);
    clock.advance(100_000);
    expect(await news()).toEqual([]);
  });

  test('tells of no read of what is no secret', async () => {
    const { resolver, news } = open();
    await resolver.load();
    await news();
    expect(resolver.current().LEVEL).toBe('warn');
    expect(await news()).toEqual([]);
  });

  test('tells of a change with both versions, and of reads with the version that was read', async () => {
    const { resolver, vault, news } = open();
    await resolver.load();
    resolver.current().PASSWORD;
    await resolver.refresh();
    resolver.current().PASSWORD;
    resolver.current().PASSWORD;
    vault.memory.answer('PASSWORD', found('two', 2, 'a-request'));
    await news();
    await resolver.refresh();
    resolver.current().PASSWORD;
    const where = { setting: 'PASSWORD', source: 'vault', locator: found('', 0).locator };
    expect(await news()).toEqual([
      { event: 'refresh', outcome: 'changed', trigger: 'request', count: 3, durationMs: 0 },
      { event: 'read', outcome: 'served', ...where, version: 1, count: 2 },
      {
        event: 'change',
        outcome: 'changed',
        ...where,
        version: 2,
        versionBefore: 1,
        requestId: 'a-request',
      },
      { event: 'read', outcome: 'served', ...where, version: 2, requestId: 'a-request', count: 1 },
    ]);
  });

  test('tells of new values that were refused, once a version, and where they lie', async () => {
    const { resolver, vault, news } = open();
    await resolver.load();
    vault.memory.answer('PASSWORD', found('x'.repeat(101), 2));
    await news();
    await resolver.refresh();
    expect((await news()).filter(({ event }) => event !== 'refresh')).toEqual([
      {
        event: 'refused',
        outcome: 'refused',
        setting: 'PASSWORD',
        source: 'vault',
        locator: found('', 0).locator,
        version: 2,
        code: 'SETTINGS_INVALID',
        reason: expect.stringMatching(/^the value /),
      },
      {
        event: 'state',
        outcome: 'degraded',
        reason: 'what the sources say now is not valid: PASSWORD',
      },
    ]);
    await resolver.refresh();
    expect((await news()).map(({ event, outcome }) => [event, outcome])).toEqual([['refresh', 'refused']]);
  });

  test('tells of a deletion, with where the value was', async () => {
    const { resolver, vault, news } = open();
    await resolver.load();
    vault.memory.answer('PASSWORD', { status: 'absent', reason: 'version-deleted' });
    await news();
    await resolver.refresh();
    expect(await news()).toContainEqual({
      event: 'deleted',
      outcome: 'kept',
      setting: 'PASSWORD',
      source: 'vault',
      locator: found('', 0).locator,
      version: 1,
    });
  });

  test('tells of a start that fell back: which source could not be asked, and what took its place', async () => {
    const { resolver, vault, news } = open();
    vault.memory.fail('SOURCE_DENIED');
    await resolver.load();
    const file = (setting: string) => ({
      event: 'fallback',
      outcome: 'fallback',
      setting,
      source: 'file',
      locator: `file:${setting}`,
    });
    expect(await news()).toEqual([
      { event: 'trail', outcome: 'begun' },
      { event: 'refresh', outcome: 'incomplete', trigger: 'load', count: 3, durationMs: 0 },
      {
        event: 'unavailable',
        outcome: 'failure',
        source: 'vault',
        code: 'SOURCE_DENIED',
        reason: 'vault was told to fail',
        count: 3,
      },
      file('PASSWORD'),
      file('TOKEN'),
      { event: 'fallback', outcome: 'fallback', setting: 'LEVEL', source: 'defaults', locator: 'default' },
      { event: 'state', outcome: 'degraded', reason: 'vault could not be asked (SOURCE_DENIED)' },
    ]);
    vault.memory.recover();
    await resolver.refresh();
    expect((await news()).map(({ event, setting }) => [event, setting])).toEqual([
      ['refresh', undefined],
      ['state', undefined],
      ['change', 'PASSWORD'],
      ['change', 'TOKEN'],
      ['change', 'LEVEL'],
    ]);
  });

  test('tells of a start that failed, setting by setting', async () => {
    const records: AuditRecord[] = [];
    const resolver = createResolver(definition, { environment: 'production', sources: [] });
    const trail = auditTrail(resolver, { sink: (record) => void records.push(record) });
    await expect(resolver.load()).rejects.toThrow();
    await trail.close();
    await resolver.close();
    expect(records.map(({ event, outcome, setting, code }) => [event, outcome, setting, code])).toEqual([
      ['trail', 'begun', undefined, undefined],
      ['refresh', 'failed', undefined, undefined],
      ['refused', 'refused', 'PASSWORD', 'SETTINGS_MISSING'],
      ['refused', 'refused', 'TOKEN', 'SETTINGS_MISSING'],
      ['state', 'failed', undefined, 'SETTINGS_MISSING'],
      ['trail', 'ended', undefined, undefined],
    ]);
  });

  test('tells what a source did at the other side, by the other side’s own request id', async () => {
    const { resolver, vault, news } = open();
    await resolver.load();
    await news();
    const login = { locator: 'auth/approle', requestId: 'b-request', ttlMs: 3_600_000 };
    vault.tell({ type: 'login', outcome: 'success', ...login });
    vault.tell({ type: 'refusal', outcome: 'failure', locator: 'secret/x', code: 'SOURCE_DENIED' });
    expect(await news()).toEqual([
      { event: 'login', outcome: 'success', source: 'vault', ...login },
      { event: 'refusal', outcome: 'failure', source: 'vault', locator: 'secret/x', code: 'SOURCE_DENIED' },
    ]);
  });

  test('tells of a resource that could not be built from a new value', async () => {
    const { resolver, vault, news } = open();
    await resolver.load();
    let builds = 0;
    const binding = await resolver.bind(['PASSWORD'], ({ PASSWORD }) => {
      builds += 1;
      if (builds > 1) throw new TypeError(PASSWORD);
      return PASSWORD;
    });
    vault.memory.answer('PASSWORD', found('two', 2));
    await news();
    await resolver.refresh();
    const bind = (await news()).find(({ event }) => event === 'bind');
    expect(bind).toMatchObject({ outcome: 'failure', setting: 'PASSWORD' });
    expect(bind?.reason).toMatch(/^build: threw a TypeError/);
    await binding.close();
  });

  test('ends with the resolver: what was counted is told of, and nothing is left behind', async () => {
    const { resolver, trail, clock, vault, news } = open();
    await resolver.load();
    const settings = resolver.current();
    settings.PASSWORD;
    settings.PASSWORD;
    await news();
    await resolver.close();
    expect((await news()).map(({ event, outcome, count }) => [event, outcome, count])).toEqual([
      ['state', 'closed', undefined],
      ['read', 'served', 1],
      ['trail', 'ended', undefined],
    ]);
    settings.PASSWORD;
    await trail.close();
    expect(await news()).toEqual([]);
    expect(clock.pending).toBe(0);
    expect(vault.listeners).toBe(0);
  });

  test('that is closed leaves the resolver as it was', async () => {
    const { resolver, trail, clock, news, records } = open();
    await resolver.load();
    resolver.current().PASSWORD;
    await trail.close();
    records.splice(0);
    resolver.current().PASSWORD;
    await resolver.refresh();
    expect(await news()).toEqual([]);
    for (const event of resolver.events.eventNames()) expect(resolver.events.listenerCount(event)).toBe(0);
    expect(Object.getOwnPropertyDescriptor(Object.getPrototypeOf(resolver.current()), 'PASSWORD')?.get).toBe(
      undefined,
    );
    expect(clock.pending).toBe(0);
  });

  test.each<[Partial<AuditOptions>, RegExp]>([
    [{ readIntervalMs: 0 }, /readIntervalMs/],
    [{ readIntervalMs: Number.NaN }, /readIntervalMs/],
    [{ maxWaiting: -1 }, /maxWaiting/],
    [{ readInterval: 5 } as Partial<AuditOptions>, /readInterval is no option of auditTrail\(\)/],
    [{ sink: '/var/log/audit' as never }, /sink/],
  ])('refuses an option that cannot be: %o', (options, words) => {
    const refusal = expect.objectContaining({
      code: 'DEFINITION_INVALID',
      message: expect.stringMatching(words),
    });
    expect(() => open(options)).toThrow(refusal);
  });

  test('goes to a logger of pino’s kind', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const { resolver, trail } = open({ sink: logger });
    await resolver.load();
    await trail.close();
    const said = lines.map((line) => JSON.parse(line));
    expect(said.map(({ msg, audit }) => [msg, audit.sequence])).toEqual([
      ['audit: trail begun', 1],
      ['audit: refresh changed', 2],
      ['audit: state ready', 3],
      ['audit: trail ended', 4],
    ]);
  });
});

describe('a sink that fails', () => {
  const activity = { type: 'login', outcome: 'success', locator: 'auth/approle' } as const;

  test('disturbs nobody, is told of once, and gets every record in order when it is back', async () => {
    const warn = vi.fn();
    const got: number[] = [];
    let failing = true;
    const sink = (record: AuditRecord) => {
      if (failing) throw new RangeError('cannot: sesame');
      got.push(record.sequence);
    };
    const { resolver, clock, vault } = open({ sink, logger: { ...quiet, warn } });
    expect((await resolver.load()).PASSWORD).toBe('one');
    await settled();
    for (const waitMs of [1_000, 2_000, 4_000]) {
      clock.advance(waitMs);
      await settled();
    }
    expect(warn.mock.calls).toEqual([
      [{ reason: 'threw a RangeError' }, 'the audit trail cannot be written: its records wait'],
    ]);
    vault.tell(activity);
    failing = false;
    clock.advance(7_999);
    await settled();
    expect(got).toEqual([]);
    clock.advance(1);
    await settled();
    expect(got).toEqual([1, 2, 3, 4, 5]);
    vault.tell(activity);
    await settled();
    expect(got).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('is told of by a process warning where there is no logger', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { trail, resolver } = open({
      sink: async () => {
        throw Object.assign(new Error('sesame'), { code: 'ENOSPC' });
      },
    });
    await resolver.load();
    await trail.close();
    expect(warning.mock.calls).toEqual([
      [
        'the audit trail cannot be written: its records wait ({"reason":"ENOSPC"})',
        { type: 'StrongroomWarning' },
      ],
      ['the audit trail ends without its last records ({"lost":4})', { type: 'StrongroomWarning' }],
    ]);
  });

  test('costs no more memory than was allowed, and what was dropped is counted', async () => {
    const got: AuditRecord[] = [];
    let failing = true;
    const sink = (record: AuditRecord) => {
      if (failing) throw new Error('no');
      got.push(record);
    };
    const { vault, resolver, clock } = open({ sink, maxWaiting: 5, logger: quiet });
    await resolver.load();
    for (let count = 0; count < 10; count += 1) vault.tell(activity);
    failing = false;
    clock.advance(1_000);
    await settled();
    vault.tell(activity);
    await settled();
    expect(got.map(({ sequence, event, count }) => [sequence, event, count])).toEqual([
      [1, 'trail', undefined],
      [2, 'refresh', 3],
      [3, 'state', undefined],
      [4, 'login', undefined],
      [5, 'login', undefined],
      [6, 'dropped', 8],
      [7, 'login', undefined],
    ]);
  });

  test('that never answers does not hold up the end for longer than five seconds', async () => {
    const warn = vi.fn();
    const { trail, clock } = open({ sink: () => new Promise<void>(() => {}), logger: { ...quiet, warn } });
    await settled();
    const closed = trail.close();
    clock.advance(4_999);
    await settled();
    expect(warn).not.toHaveBeenCalled();
    clock.advance(1);
    await closed;
    expect(warn.mock.calls).toEqual([[{ lost: 2 }, 'the audit trail ends without its last records']]);
  });

  test('leaves no gap and changes no order, whenever it fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('tell', 'tell', 'tell', 'break', 'mend', 'wait'), { maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        async (steps, maxWaiting) => {
          const got: AuditRecord[] = [];
          let failing = false;
          const sink = async (record: AuditRecord) => {
            if (failing) throw new Error('no');
            got.push(record);
          };
          const { clock, vault, resolver, trail } = open({ sink, maxWaiting, logger: quiet });
          await resolver.load();
          let told = 3;
          for (const step of steps) {
            if (step === 'tell') {
              vault.tell(activity);
              told += 1;
            } else if (step === 'wait') {
              clock.advance(60_000);
              await settled();
            } else failing = step === 'break';
          }
          failing = false;
          clock.advance(60_000);
          await settled();
          await trail.close();
          expect(got.map(({ sequence }) => sequence)).toEqual(got.map((_, index) => index + 1));
          const dropped = got.reduce(
            (sum, one) => (one.event === 'dropped' ? sum + (one.count ?? 0) : sum),
            0,
          );
          const dropRecords = got.filter(({ event }) => event === 'dropped').length;
          expect(got.length - dropRecords + dropped).toBe(told + 1);
          await resolver.close();
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('no record and no warning holds a value', async () => {
  const canary = canarySecret();
  const told: unknown[] = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((...words: unknown[]) => void told.push(words));
  const { resolver, vault, trail, clock } = open({
    sink(record) {
      told.push(record);
      if (record.event === 'change') throw new Error(`cannot store ${canary}`);
    },
  });
  vault.memory.fail(new Error(`no answer: ${canary}`));
  await resolver.load();
  vault.memory.recover().set('PASSWORD', canary);
  await resolver.refresh();
  expect(resolver.current().PASSWORD).toBe(canary);
  vault.memory.set('PASSWORD', canary.repeat(10));
  await resolver.refresh();
  vault.memory.fail({ response: { body: canary } });
  await resolver.refresh();
  clock.advance(60_000);
  await trail.close();
  expect(told.length).toBeGreaterThan(5);
  expectNoCanary(canary, ...told, JSON.stringify(told), trail);
  expect(() => expectNoCanary(canary, resolver.current().PASSWORD)).toThrow();
});
