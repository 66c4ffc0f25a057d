import type { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import {
  type Clock,
  checkOptions,
  type Declarations,
  type Logger,
  type OptionNames,
  type Resolver,
  type SettingExplanation,
  StrongroomError,
  systemClock,
} from '../index.js';
import type { ResolverEvents } from '../resolver/resolver-state.js';
import { undisturbed } from '../undisturbed.js';
import type { AuditEntry, AuditRecord } from './audit-record.js';
import { type AuditSink, recordTaker } from './audit-sink.js';
import { ReadCounts } from './read-counts.js';
import { RecordQueue } from './record-queue.js';
import { entriesOf, type Whereabouts, whereaboutsOf } from './resolver-entries.js';

/** The numbers of an audit trail, each an option. */
export const auditDefaults = {
  /** How long the reads of a setting are counted before they are told of, in milliseconds. */
  readIntervalMs: 60_000,
  /** How many records wait at most for a sink that takes none. */
  maxWaiting: 10_000,
} as const;

export interface AuditOptions {
  readonly sink: AuditSink;
  /** Which process it is, among those of the application. @default the host's name and the process's id */
  readonly instance?: string;
  /**
   * How long the reads of a setting are counted, after its first, before one record tells of them, in
   * milliseconds. @default 60000
   */
  readonly readIntervalMs?: number;
  /** How many records wait at most for a sink that takes none; those after them are counted. @default 10000 */
  readonly maxWaiting?: number;
  /** A logger with pino's methods: told when the sink fails. Without one it is a process warning. */
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

const auditOptions: OptionNames<AuditOptions> = {
  sink: true,
  instance: true,
  readIntervalMs: true,
  maxWaiting: true,
  logger: true,
  clock: true,
};

/** What is asked of a resolver. */
export type AuditedResolver = Pick<
  Resolver<Declarations>,
  'environment' | 'events' | 'explain' | 'observeReads'
> & { readonly definition: { readonly application: string } };

/** An audit trail that is being written. */
export interface AuditTrail extends AsyncDisposable {
  /**
   * Writes no more, and waits for what is left to be written, for 5 seconds at most. Closing the resolver does
   * the same, but does not wait for it: a program that ends by `process.exit` awaits this first.
   */
  close(): Promise<void>;
}

/**
 * Records what happens to the settings of a resolver: who read which secret, what was refreshed, changed,
 * refused, deleted, fallen back on, and what the sources did at the other side. Never a value.
 *
 * Attach it before the first load: snapshots that were handed out before tell of no read.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for an option that there is not, or that cannot be
 * @example
 * const trail = auditTrail(resolver, { sink: { file: '/var/log/shop/settings.audit' } });
 * await resolver.load();
 */
export function auditTrail(resolver: AuditedResolver, options: AuditOptions): AuditTrail {
  const { readIntervalMs = auditDefaults.readIntervalMs, maxWaiting = auditDefaults.maxWaiting } = options;
  checkOptions('auditTrail()', options, auditOptions);
  checkAbove0({ readIntervalMs, maxWaiting });
  const { clock = systemClock, instance = `${hostname()}:${process.pid}` } = options;
  const { environment } = resolver;
  const { application } = resolver.definition;
  let sequence = 0;
  const stamp = (entry: AuditEntry): AuditRecord =>
    Object.freeze({
      time: new Date(clock.now()).toISOString(),
      sequence: ++sequence,
      application,
      environment,
      instance,
      ...entry,
    });
  const taker = recordTaker(options.sink);
  // An error's code alone does not say what to look at.
  const where = 'file' in options.sink ? { file: options.sink.file } : {};
  const troubled = (details: object, message: string) =>
    undisturbed(() => warn(options, { ...where, ...details }, message));
  const queue = new RecordQueue({
    taker,
    clock,
    capacity: maxWaiting,
    stamp,
    troubled,
  });

  /** As it was after the last refresh; looked up when it is first asked for. */
  let whereabouts: ReadonlyMap<string, Whereabouts> | undefined;
  const whereIs = (setting: string): Whereabouts => {
    whereabouts ??= new Map(explained(resolver).map((one) => [one.name, whereaboutsOf(one)]));
    return whereabouts.get(setting) ?? {};
  };
  const tellReads = (setting: string, count: number, where: Whereabouts) =>
    queue.push({ event: 'read', outcome: 'served', setting, ...where, count });
  const reads = new ReadCounts(
    (setting, count) => tellReads(setting, count, whereIs(setting)),
    clock,
    readIntervalMs,
  );
  const surroundings = { whereIs, explain: () => explained(resolver) };
  const detach = listenToAll(resolver.events, (event, details) => {
    if (event === 'refresh') whereabouts = undefined;
    if (event === 'change') {
      const [changes] = details as ResolverEvents['change'];
      for (const { name, before } of changes) {
        const count = reads.beginAnew(name);
        if (count > 0) tellReads(name, count, whereaboutsOf(before));
      }
    }
    // The types of an event and of its arguments are one pair, which the compiler does not see through.
    const entries = entriesOf[event](details as never, surroundings);
    for (const entry of entries) queue.push(entry);
    if (event === 'closed') void close();
  });
  const unobserve = resolver.observeReads(reads.readerOf);
  queue.push({ event: 'trail', outcome: 'begun' });

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= end();
    return closed;
  };
  const end = (): Promise<void> => {
    detach();
    unobserve();
    reads.flush();
    queue.push({ event: 'trail', outcome: 'ended' });
    return queue.close();
  };
  return { close, [Symbol.asyncDispose]: close };
}

/** Calls back for each event; returns a function that calls it off. */
function listenToAll(
  events: EventEmitter<ResolverEvents>,
  heard: (event: keyof ResolverEvents, details: ResolverEvents[keyof ResolverEvents]) => void,
): () => void {
  const emitter: EventEmitter = events;
  const listeners = Object.keys(entriesOf).map((event) => {
    const listener = (...details: unknown[]) =>
      heard(event as keyof ResolverEvents, details as ResolverEvents[keyof ResolverEvents]);
    emitter.on(event, listener);
    return () => emitter.off(event, listener);
  });
  return () => {
    for (const callOff of listeners) callOff();
  };
}

/** Nothing is explained before something was loaded. */
function explained(resolver: AuditedResolver): readonly SettingExplanation[] {
  try {
    return resolver.explain();
  } catch {
    return [];
  }
}

function warn({ logger }: AuditOptions, details: object, message: string): void {
  if (logger !== undefined) logger.warn(details, message);
  else process.emitWarning(`${message} (${JSON.stringify(details)})`, { type: 'StrongroomWarning' });
}

function checkAbove0(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0)) throw new StrongroomError('DEFINITION_INVALID', `${name} is no number above 0`);
  }
}
