import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { Clock, RefreshReport, ResolverEvents } from '../index.js';
import { metricTable } from './metric-table.js';
import type { CommonAttributes, ObservedResolver } from './observe.js';
import { ReadsBySource } from './reads-by-source.js';

/** From a lookup in memory to the deadline of a load, in seconds. */
const durationBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];

export interface MetricsSurroundings {
  readonly meter: Meter;
  readonly clock: Clock;
  readonly common: CommonAttributes;
  readonly reads: boolean;
}

/** What the metrics of a resolver are made from: its events, and itself whenever they are collected. */
export class ResolverMetrics {
  readonly #resolver: ObservedResolver;
  readonly #surroundings: MetricsSurroundings;
  readonly #ends: (() => void)[] = [];
  /** How long the resolver was in each of these states until {@link #countedUntil}, in milliseconds. */
  readonly #badMs = { degraded: 0, failed: 0 };
  #status: ObservedResolver['state']['status'];
  #countedUntil: number;
  /** By source: when its token ends, in milliseconds since 1970. */
  readonly #tokenEnds = new Map<string, number>();
  /** By source and address. */
  readonly #breakers = new Map<string, { source: string; locator: string; open: boolean }>();
  readonly #reads: ReadsBySource | undefined;

  constructor(resolver: ObservedResolver, surroundings: MetricsSurroundings) {
    this.#resolver = resolver;
    this.#surroundings = surroundings;
    this.#status = resolver.state.status;
    this.#countedUntil = surroundings.clock.now();
    this.#reads = surroundings.reads ? new ReadsBySource(resolver) : undefined;
    this.#listen();
    this.#collect();
  }

  end(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#reads?.end();
  }

  #listen(): void {
    const { meter, common } = this.#surroundings;
    const duration = meter.createHistogram('strongroom.refresh.duration', {
      ...metricTable['strongroom.refresh.duration'],
      advice: { explicitBucketBoundaries: durationBoundaries },
    });
    const failures = meter.createCounter(
      'strongroom.refresh.failures',
      metricTable['strongroom.refresh.failures'],
    );
    this.#on('refresh', ({ trigger, outcome, durationMs, failures: failed }: RefreshReport) => {
      const attributes = { 'strongroom.refresh.trigger': trigger, 'strongroom.refresh.outcome': outcome };
      duration.record(durationMs / 1000, { ...common, ...attributes });
      for (const { source, code } of failed) {
        failures.add(1, { ...common, 'strongroom.source': source, 'error.type': code });
      }
    });
    for (const event of ['ready', 'degraded', 'failed'] as const) {
      this.#on(event, (...[{ status }]) => {
        this.#count();
        this.#status = status;
      });
    }
    this.#on('source', ({ source, type, outcome, locator, ttlMs }) => {
      if (type === 'breaker') {
        this.#breakers.set(JSON.stringify([source, locator]), {
          source,
          locator,
          open: outcome === 'failure',
        });
      } else if (outcome === 'success' && (type === 'login' || type === 'renewal')) {
        if (ttlMs === undefined) this.#tokenEnds.delete(source);
        else this.#tokenEnds.set(source, this.#surroundings.clock.now() + ttlMs);
      }
    });
  }

  #on<E extends keyof ResolverEvents>(event: E, listener: (...details: ResolverEvents[E]) => void): void {
    const { events } = this.#resolver;
    // The emitter's own types lose the pair of an event and its arguments where the event is a type parameter.
    const untyped = listener as Parameters<typeof events.on>[1];
    events.on(event, untyped);
    this.#ends.push(() => events.off(event, untyped));
  }

  #collect(): void {
    const { meter, clock, common } = this.#surroundings;
    const age = meter.createObservableGauge(
      'strongroom.snapshot.age',
      metricTable['strongroom.snapshot.age'],
    );
    const degraded = meter.createObservableCounter(
      'strongroom.degraded.time',
      metricTable['strongroom.degraded.time'],
    );
    const ttl = meter.createObservableGauge('strongroom.token.ttl', metricTable['strongroom.token.ttl']);
    const breaker = meter.createObservableGauge(
      'strongroom.breaker.state',
      metricTable['strongroom.breaker.state'],
    );
    const reads =
      this.#reads &&
      meter.createObservableCounter('strongroom.settings.reads', metricTable['strongroom.settings.reads']);

    const callback = (result: BatchObservableResult) => {
      const { ageMs } = this.#resolver.health();
      if (ageMs !== undefined) result.observe(age, ageMs / 1000, common);
      this.#count();
      for (const [status, ms] of Object.entries(this.#badMs)) {
        result.observe(degraded, ms / 1000, { ...common, 'strongroom.status': status });
      }
      const now = clock.now();
      for (const [source, endsAt] of this.#tokenEnds) {
        result.observe(ttl, Math.max(0, endsAt - now) / 1000, { ...common, 'strongroom.source': source });
      }
      for (const { source, locator, open } of this.#breakers.values()) {
        const where = { 'strongroom.source': source, 'strongroom.locator': locator };
        result.observe(breaker, open ? 1 : 0, { ...common, ...where });
      }
      if (reads === undefined) return;
      for (const [source, count] of this.#reads?.counts() ?? []) {
        result.observe(reads, count, { ...common, 'strongroom.source': source });
      }
    };
    const observables: Observable[] = [age, degraded, ttl, breaker, ...(reads === undefined ? [] : [reads])];
    meter.addBatchObservableCallback(callback, observables);
    this.#ends.push(() => meter.removeBatchObservableCallback(callback, observables));
  }

  /** Adds the time since this was done last to the state that has held since. */
  #count(): void {
    const now = this.#surroundings.clock.now();
    if (this.#status === 'degraded' || this.#status === 'failed') {
      this.#badMs[this.#status] += now - this.#countedUntil;
    }
    this.#countedUntil = now;
  }
}
