import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import {
  createResolver,
  defineSettings,
  plain,
  type ResolverOptions,
  type Source,
  SourceError,
  secret,
} from '../src/index.js';
import { type LastKnownGoodOptions, withLastKnownGood } from '../src/last-known-good/index.js';
import {
  canarySecret,
  describeSource,
  expectNoCanary,
  ManualClock,
  type MemorySource,
  memorySource,
} from '../src/testing/index.js';

const definitionOf = (application = 'shop') =>
  defineSettings({
    application,
    environments: ['production', 'staging'],
    settings: {
      PASSWORD: secret('database/password', z.string()),
      LIMITS: plain(z.record(z.string(), z.number()), { default: {}, place: 'app/limits' }),
    },
  });

const key = randomBytes(32);
const password = canarySecret();
let folder: string;
let file: string;
let clock: ManualClock;
const opened: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-'));
  file = join(folder, 'settings');
  clock = new ManualClock();
});
afterEach(async () => {
  for (const resolver of opened.splice(0)) await resolver.close();
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

interface Opening extends Partial<LastKnownGoodOptions> {
  readonly application?: string;
  readonly resolver?: Partial<ResolverOptions>;
}

/** A program that starts. */
function start(memory: Source, { application, resolver: more, ...options }: Opening = {}) {
  const source = withLastKnownGood(memory, { file, key, clock, ...options });
  const resolver = createResolver(definitionOf(application), {
    environment: 'production',
    sources: [source],
    clock,
    refreshEveryMs: false,
    ...(more as object),
  });
  opened.push(resolver);
  return resolver;
}

const store = () => memorySource('store', { PASSWORD: password, LIMITS: { mails: 5 } });

/** Runs a program whose source answers, to its end. */
async function runOnce(memory: MemorySource = store(), opening: Opening = {}): Promise<void> {
  const resolver = start(memory, opening);
  await resolver.load();
  await resolver.close();
}

const failureOf = async (resolver: { load(): Promise<unknown> }): Promise<string> =>
  resolver.load().then(
    () => 'it started',
    (error: Error) => error.message,
  );

describe('a program with last known good settings', () => {
  test('starts while the source is down, degraded, and says from when its values are', async () => {
    const goodAt = new Date(clock.now()).toISOString();
    await runOnce();
    clock.advance(3_600_000);
    const resolver = start(store().fail());
    const settings = await resolver.load();
    expect(settings.PASSWORD).toBe(password);
    expect(settings.LIMITS).toEqual({ mails: 5 });
    expect(resolver.state).toMatchObject({
      status: 'degraded',
      failures: [{ source: 'store', code: 'SOURCE_UNAVAILABLE', settings: ['PASSWORD', 'LIMITS'] }],
    });
    expect(resolver.state.failures[0]?.message).toContain(`the value of ${goodAt} is taken from ${file}`);
    expect(resolver.explain()[0]).toMatchObject({
      source: 'store',
      locator: 'store:PASSWORD',
      freshness: 'stale',
    });
    expectNoCanary(password, resolver.state, resolver.explain());
  });

  test('follows the source as soon as it is back, and a later outage changes nothing', async () => {
    await runOnce();
    const memory = store().fail();
    const resolver = start(memory);
    await resolver.load();
    memory.recover().set('PASSWORD', 'new');
    expect((await resolver.refresh()).PASSWORD).toBe('new');
    expect(resolver.state.status).toBe('ready');
    memory.fail();
    expect((await resolver.refresh()).PASSWORD).toBe('new');
    expect(resolver.state.status).toBe('degraded');
  });

  test('can start from the file again after a source that was back had nothing new to say', async () => {
    await runOnce();
    const memory = store().fail();
    const resolver = start(memory);
    await resolver.load();
    memory.recover().answer('PASSWORD', { status: 'unchanged' });
    memory.set('LIMITS', { mails: 6 });
    expect((await resolver.refresh()).LIMITS).toEqual({ mails: 6 });
    await resolver.close();
    expect(await start(store().fail()).load()).toMatchObject({ PASSWORD: password, LIMITS: { mails: 6 } });
  });

  test('finds in the file what was found beside a failure, and was unchanged when that was over', async () => {
    const error = new SourceError('SOURCE_UNAVAILABLE', 'no');
    const memory = store().answer('LIMITS', { status: 'failed', error });
    const resolver = start(memory);
    await resolver.load();
    memory.answer('PASSWORD', { status: 'unchanged' }).set('LIMITS', { mails: 6 });
    await resolver.refresh();
    await resolver.close();
    expect(await start(store().fail()).load()).toMatchObject({ PASSWORD: password, LIMITS: { mails: 6 } });
  });

  test('starts though the source never answers, before the deadline', async () => {
    await runOnce();
    const resolver = start(store().hang({ deaf: true }));
    const load = resolver.load();
    await vi.waitFor(() => expect(clock.pending).toBe(2));
    clock.advance(8_000);
    expect((await load).PASSWORD).toBe(password);
  });

  test('takes from the file only what the source could not be asked about', async () => {
    await runOnce();
    const memory = store();
    const error = new SourceError('SOURCE_DENIED', 'no');
    memory.set('LIMITS', { mails: 9 }).answer('PASSWORD', { status: 'failed', error });
    const resolver = start(memory);
    expect(await resolver.load()).toMatchObject({ PASSWORD: password, LIMITS: { mails: 9 } });
    expect(resolver.state.failures).toMatchObject([{ code: 'SOURCE_DENIED', settings: ['PASSWORD'] }]);
  });

  test('keeps in the file what was deleted no longer', async () => {
    await runOnce();
    await runOnce(memorySource('store', { PASSWORD: password }));
    const resolver = start(store().fail());
    expect((await resolver.load()).LIMITS).toEqual({});
  });

  test('starts with the error of the source when there is no file', async () => {
    const message = await failureOf(start(store().fail()));
    expect(message).toContain('unavailable: store was told to fail');
    expect(message).not.toContain(file);
  });
});

describe('the file', () => {
  test('shows no value, is only for its owner, and is replaced as a whole', async () => {
    await runOnce();
    const before = await stat(file);
    expect(before.mode & 0o777).toBe(0o600);
    expectNoCanary(password, await readFile(file, 'latin1'));
    expect(await readFile(file, 'latin1')).not.toContain('PASSWORD');
    await runOnce(store().set('PASSWORD', 'other'));
    expect((await stat(file)).ino).not.toBe(before.ino);
    expect(await readdir(folder)).toEqual(['settings']);
  });

  test('of the same values is another one each time', async () => {
    await runOnce();
    const before = await readFile(file);
    await rm(file);
    await runOnce();
    expect((await readFile(file)).equals(before)).toBe(false);
  });

  test('is not written through a link, nor left half written', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await writeFile(elsewhere, 'mine');
    await symlink(elsewhere, file);
    await runOnce();
    expect(await readFile(elsewhere, 'utf8')).toBe('mine');
    expect((await stat(file)).isFile()).toBe(true);
  });

  test('is written again only for something new, or before it grows old', async () => {
    const memory = store();
    const resolver = start(memory, { maxAgeMs: 20_000 });
    await resolver.load();
    await vi.waitFor(() => stat(file));
    const first = await readFile(file);
    clock.advance(900);
    await resolver.refresh();
    clock.advance(100);
    expect((await readFile(file)).equals(first)).toBe(true);
    await resolver.refresh();
    await vi.waitFor(async () => expect((await readFile(file)).equals(first)).toBe(false));
  });

  const flipped = async (at: (length: number) => number) => {
    const bytes = await readFile(file);
    const index = at(bytes.length);
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    await writeFile(file, bytes);
  };
  test.each<[string, () => Promise<unknown>, string, Opening?]>([
    ['its first byte was changed', () => flipped(() => 0), 'is no file of last known good settings'],
    ['its nonce was changed', () => flipped(() => 30), 'cannot be opened'],
    ['its tag was changed', () => flipped(() => 45), 'cannot be opened'],
    ['its last byte was changed', () => flipped((length) => length - 1), 'cannot be opened'],
    ['it was cut', async () => writeFile(file, (await readFile(file)).subarray(0, 50)), 'is no file'],
    ['it is empty', () => writeFile(file, ''), 'is no file'],
    [
      'it is a folder',
      async () => {
        await rm(file);
        await mkdir(file);
      },
      'is no file',
    ],
    ['the key is another', async () => undefined, 'cannot be opened', { key: randomBytes(32) }],
    ['the application is another', async () => undefined, 'cannot be opened', { application: 'mail' }],
    [
      'the environment is another',
      async () => undefined,
      'cannot be opened',
      { resolver: { environment: 'staging' } },
    ],
    ['it is too old', async () => clock.advance(86_400_001), 'is too old (24 h)'],
    [
      'it is of the future',
      async () => {
        clock = new ManualClock(clock.now() - 600_000);
      },
      'is of the future',
    ],
  ])('is refused when %s, and the error says so', async (_, spoil, words, opening) => {
    await runOnce();
    await spoil();
    const message = await failureOf(start(store().fail(), { clock, ...opening }));
    expect(message).toContain('store was told to fail');
    expect(message).toContain(words);
    expectNoCanary(password, message);
  });

  test('that cannot be written is told of once, and the program goes on', async () => {
    const [warn, info] = [vi.fn(), vi.fn()];
    const logger = { debug: vi.fn(), info, warn, error: vi.fn() };
    const memory = store();
    const resolver = start(memory, { file: join(folder, 'none', 'settings'), logger });
    await resolver.load();
    memory.set('PASSWORD', 'second');
    await resolver.refresh();
    await vi.waitFor(() => expect(warn).toHaveBeenCalled());
    await mkdir(join(folder, 'none'));
    memory.set('PASSWORD', 'third');
    await resolver.refresh();
    await resolver.close();
    expect(info.mock.calls).toEqual([
      [{ file: join(folder, 'none', 'settings') }, 'the last known good settings are written again'],
    ]);
    expect(warn.mock.calls).toEqual([
      [
        { file: join(folder, 'none', 'settings'), reason: 'ENOENT' },
        'the last known good settings could not be written',
      ],
    ]);
  });
});

test.each([
  ['bytes', key],
  ['base64', key.toString('base64')],
  ['hexadecimal digits', `${key.toString('hex')}\n`],
])('a key may be given as %s', async (_, given) => {
  await runOnce();
  expect((await start(store().fail(), { key: given }).load()).PASSWORD).toBe(password);
});

test.each([
  ['maxAgeMs', Number.NaN],
  ['maxAgeMs', 0],
  ['waitMs', -1],
])('%s of %s is refused', (name, value) => {
  const make = () => withLastKnownGood(store(), { file, key, [name]: value });
  expect(make).toThrow(
    expect.objectContaining({ code: 'DEFINITION_INVALID', message: expect.stringContaining(name) }),
  );
});

// The last one is a variable that is not set, in JavaScript.
test.each(['', 'a passphrase', randomBytes(16).toString('base64'), undefined])(
  'a key that is not of 32 bytes is refused',
  (bad) => {
    const make = () => withLastKnownGood(store(), { file, key: bad as string });
    expect(make).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  },
);

describeSource(
  'a source with last known good settings',
  {
    async create(values) {
      const memory = memorySource(
        'memory',
        Object.fromEntries([...values].map(([{ name }, value]) => [name, value])),
      );
      const own = await mkdtemp(join(tmpdir(), 'strongroom-'));
      const source = withLastKnownGood(memory, { file: join(own, 'settings'), key });
      return { source, memory, cleanup: () => rm(own, { recursive: true }) };
    },
    storesJson: true,
    breakIt: ({ memory }) => void memory.fail('SOURCE_UNAVAILABLE'),
    deny: ({ memory }) => void memory.fail('SOURCE_DENIED'),
    garbage: ({ memory }) => void memory.fail('SOURCE_MALFORMED'),
    hang: ({ memory }) => void memory.hang(),
  },
  { afterEach, describe, test },
);
