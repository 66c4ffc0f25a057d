import type { ResolverEvents } from './resolver-state.js';

/** What is published for each event of a resolver on the diagnostics channel `strongroom:<event>`. Never a value. */
export interface DiagnosticsMessage<E extends keyof ResolverEvents = keyof ResolverEvents> {
  readonly application: string;
  readonly environment: string;
  /** What the listeners of the event are given. */
  readonly details: ResolverEvents[E];
}

/** Publishes an event of a resolver; nothing happens when nobody listens. */
export function publish<E extends keyof ResolverEvents>(
  event: E,
  { application, environment }: Omit<DiagnosticsMessage, 'details'>,
  details: ResolverEvents[E],
): void {
  // Not imported: the module's view of a built-in one costs a start-up most of a millisecond.
  const channel = process.getBuiltinModule('node:diagnostics_channel').channel(`strongroom:${event}`);
  if (!channel.hasSubscribers) return;
  channel.publish({ application, environment, details } satisfies DiagnosticsMessage<E>);
}
