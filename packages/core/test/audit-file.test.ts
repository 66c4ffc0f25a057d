import {
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { type AuditRecord, type AuditTrail, auditTrail } from '../src/audit/index.js';
import { createResolver, defineSettings, type Logger, secret } from '../src/index.js';
import { ManualClock } from '../src/testing/index.js';
import { type TellingSource, tellingSource } from './telling-source.js';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const definition = defineSettings({
  application: 'shop',
  environments: ['production'],
  settings: { PASSWORD: secret('database/password', z.string()) },
});

let folder: string;
let file: string;
let clock: ManualClock;
let vault: TellingSource;
let resolver: ReturnType<typeof make>;
let trail: AuditTrail;
const warn = vi.fn();

const make = () =>
  createResolver(definition, { environment: 'production', sources: [vault], clock, refreshEveryMs: false });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-'));
  file = join(folder, 'audit');
  clock = new ManualClock();
  vault = tellingSource('vault', { PASSWORD: 'one' });
  warn.mockReset();
  resolver = make();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await trail.close();
  await resolver.close();
  await rm(folder, { recursive: true });
});

/** A trail begins, and is written at once. */
function begin(path = file): void {
  trail = auditTrail(resolver, {
    sink: { file: path },
    clock,
    instance: 'web-1',
    logger: { ...quiet, warn },
  });
}
const tell = (locator: string) => vault.tell({ type: 'login', outcome: 'success', locator });

async function lines(path = file): Promise<readonly AuditRecord[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
const numbers = async (path?: string) => (await lines(path)).map(({ sequence }) => sequence);
const untilWritten = (sequence: number, path?: string) =>
  vi.waitFor(async () => expect((await lines(path)).at(-1)?.sequence).toBe(sequence));

test('a file gets a line of JSON for each record, in order, and is for its owner only', async () => {
  begin();
  await resolver.load();
  for (let count = 0; count < 2_500; count += 1) tell(`auth/${count}`);
  await trail.close();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const written = await lines();
  expect(written.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 2_504 }, (_, at) => at + 1));
  expect(written.slice(3, -1).map(({ locator }) => locator)).toEqual(
    Array.from({ length: 2_500 }, (_, at) => `auth/${at}`),
  );
  expect(warn).not.toHaveBeenCalled();
});

test('a file that is there is written on, and keeps its mode', async () => {
  await writeFile(file, '{"sequence":0}\n', { mode: 0o640 });
  begin();
  await trail.close();
  expect(await numbers()).toEqual([0, 1, 2]);
  expect((await stat(file)).mode & 0o777).toBe(0o640);
});

test('a file that was moved away is written to no longer, and nothing is lost', async () => {
  begin();
  await resolver.load();
  await untilWritten(3);
  await rename(file, `${file}.1`);
  tell('auth/a');
  await untilWritten(4);
  tell('auth/b');
  await untilWritten(5);
  expect(await numbers(`${file}.1`)).toEqual([1, 2, 3]);
  expect(await numbers()).toEqual([4, 5]);
  // Moved away, and another one made in its place, as logrotate does with `create`.
  await rename(file, `${file}.2`);
  await writeFile(file, '', { mode: 0o600 });
  tell('auth/c');
  await untilWritten(6);
  expect(await numbers(`${file}.2`)).toEqual([4, 5]);
});

test('a file that cannot be written is told of once, and gets every record when it can', async () => {
  file = join(folder, 'logs', 'audit');
  begin();
  await resolver.load();
  await vi.waitFor(() => expect(warn).toHaveBeenCalled());
  clock.advance(1_000);
  await mkdir(join(folder, 'logs'));
  await vi.waitFor(async () => {
    clock.advance(60_000);
    expect(await numbers()).toEqual([1, 2, 3]);
  });
  expect(warn.mock.calls).toEqual([
    [{ file, reason: 'ENOENT' }, 'the audit trail cannot be written: its records wait'],
  ]);
});

/** A disk that takes so many bytes of the next write and is full from then on, until this is called off. */
async function fillDisk(bytes: number): Promise<() => void> {
  const probe = await open(folder, 'r');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const { write } = prototype;
  let left = bytes;
  const spy = vi.spyOn(prototype, 'write').mockImplementation(async function (
    this: FileHandle,
    ...[data, offset]: unknown[]
  ) {
    if (left === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    const part = (data as Buffer).subarray(offset as number, (offset as number) + left);
    left -= part.length;
    return write.call(this, part as never) as never;
  } as never);
  return () => void spy.mockRestore();
}

test.each([1, 150, 300])('a disk that is full after %d bytes breaks no line', async (bytes) => {
  const callOff = await fillDisk(bytes);
  begin();
  await resolver.load();
  await vi.waitFor(() => expect(warn).toHaveBeenCalledWith({ file, reason: 'ENOSPC' }, expect.anything()));
  expect((await stat(file)).size).toBe(bytes);
  callOff();
  await vi.waitFor(async () => {
    clock.advance(60_000);
    expect(await numbers()).toEqual([1, 2, 3]);
  });
});

test('a disk that is full and a file that is moved away leave one broken line, in the old file', async () => {
  const callOff = await fillDisk(20);
  begin();
  await resolver.load();
  await vi.waitFor(() => expect(warn).toHaveBeenCalled());
  callOff();
  await rename(file, `${file}.1`);
  await vi.waitFor(async () => {
    clock.advance(60_000);
    expect(await numbers()).toEqual([1, 2, 3]);
  });
  expect((await stat(`${file}.1`)).size).toBe(20);
});
