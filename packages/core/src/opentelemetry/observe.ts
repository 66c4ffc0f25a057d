import { type Meter, metrics, type Tracer, trace } from '@opentelemetry/api';
import {
  type Clock,
  checkOptions,
  type Declarations,
  type OptionNames,
  type Resolver,
  systemClock,
} from '../index.js';
import { ResolverMetrics } from './resolver-metrics.js';
import { tellSpans } from './resolver-spans.js';

export interface ObserveOptions {
  /** @default the global meter provider's, by the name `@strongroom/core` */
  readonly meter?: Meter;
  /** @default the global tracer provider's, by the name `@strongroom/core` */
  readonly tracer?: Tracer;
  /**
   * Whether the reads of secrets are counted, by source. A read then costs a call, where it costs nothing
   * otherwise. @default false
   */
  readonly reads?: boolean;
  /** Should be the resolver's. @default the system's time */
  readonly clock?: Clock;
}

const observeOptions: OptionNames<ObserveOptions> = { meter: true, tracer: true, reads: true, clock: true };

/** What is asked of a resolver. */
export type ObservedResolver = Pick<
  Resolver<Declarations>,
  'environment' | 'events' | 'explain' | 'health' | 'observeReads' | 'state'
> & { readonly definition: { readonly application: string } };

/** What stands with each metric and span, so that several resolvers of one process are told apart. */
export type CommonAttributes = Readonly<Record<'strongroom.application' | 'strongroom.environment', string>>;

const scope = '@strongroom/core';

/**
 * Tells OpenTelemetry of a resolver: metrics, and a span for each load and refresh with one for each source
 * below it. Attach it before the first load. Closing the resolver ends it.
 *
 * @returns a function that ends it
 * @throws StrongroomError `DEFINITION_INVALID` for an option that there is not
 * @example
 * observe(resolver);
 * await resolver.load();
 */
export function observe(resolver: ObservedResolver, options: ObserveOptions = {}): () => void {
  checkOptions('observe()', options, observeOptions);
  const { meter = metrics.getMeter(scope), tracer = trace.getTracer(scope) } = options;
  const { reads = false, clock = systemClock } = options;
  const common: CommonAttributes = {
    'strongroom.application': resolver.definition.application,
    'strongroom.environment': resolver.environment,
  };
  const told = new ResolverMetrics(resolver, { meter, clock, common, reads });
  const untell = tellSpans(resolver.events, tracer, common);
  const end = () => {
    resolver.events.off('closed', end);
    untell();
    told.end();
  };
  resolver.events.on('closed', end);
  return end;
}
