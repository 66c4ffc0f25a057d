import type { EventEmitter } from 'node:events';
import { context, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { RefreshReport, ResolverEvents } from '../index.js';
import type { CommonAttributes } from './observe.js';

/** Makes spans of what reports say, when it is over. Returns a function that ends it. */
export function tellSpans(
  events: EventEmitter<ResolverEvents>,
  tracer: Tracer,
  common: CommonAttributes,
): () => void {
  const tell = (report: RefreshReport) => tellRefresh(report, tracer, common);
  events.on('refresh', tell);
  return () => void events.off('refresh', tell);
}

function tellRefresh(report: RefreshReport, tracer: Tracer, common: CommonAttributes): void {
  const { trigger, outcome, startedAt, durationMs, settings, changed, failures, asked } = report;
  const span = tracer.startSpan(
    trigger === 'load' ? 'strongroom.load' : 'strongroom.refresh',
    {
      startTime: new Date(startedAt),
      // What began by itself belongs to nobody: not even to whoever happened to set its timer.
      root: trigger === 'schedule' || trigger === 'source',
      attributes: {
        ...common,
        'strongroom.refresh.trigger': trigger,
        'strongroom.refresh.outcome': outcome,
        'strongroom.settings.asked': settings,
        ...(changed.length === 0 ? {} : { 'strongroom.settings.changed': [...changed] }),
      },
    },
    context.active(),
  );
  if (outcome !== 'changed' && outcome !== 'unchanged') {
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf[outcome] });
    span.setAttribute('error.type', failures[0]?.code ?? outcome);
  }
  const below = trace.setSpan(context.active(), span);
  for (const one of asked) {
    const child = tracer.startSpan(
      'strongroom.ask',
      {
        startTime: new Date(one.startedAt),
        attributes: {
          ...common,
          'strongroom.source': one.source,
          'strongroom.settings.asked': one.settings,
        },
      },
      below,
    );
    const failure = failures.find(({ source }) => source === one.source);
    if (failure !== undefined) {
      child.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
      child.setAttribute('error.type', failure.code);
    }
    child.end(new Date(one.startedAt + one.durationMs));
  }
  span.end(new Date(startedAt + durationMs));
}

const messageOf = {
  incomplete: 'a source could not be asked',
  refused: 'what the sources say is not valid',
  failed: 'there is nothing to serve',
} as const;
