import type { Channel } from 'node:diagnostics_channel';
import type { ResolverEvents } from './resolver/resolver-state.js';

/** What is published for each event of a resolver on the diagnostics channel `strongroom:<event>`. Never a value. */
export interface DiagnosticsMessage<E extends keyof ResolverEvents = keyof ResolverEvents> {
  readonly application: string;
  readonly environment: string;
  /** What the listeners of the event are given. */
  readonly details: ResolverEvents[E];
}

/** The events that a good start has: they wait for the turn after it. */
const startEvents: ReadonlySet<keyof ResolverEvents> = new Set(['refresh', 'ready']);

let diagnostics: typeof import('node:diagnostics_channel') | undefined;
/**
 * Each channel that was published on. Kept, since in Node.js 20 one that is collected takes that of the same name out of
 * the list which was made after it, with all who subscribed to it.
 */
const channels = new Map<string, Channel>();
const waiting: (() => void)[] = [];

/**
 * Publishes an event of a resolver, in order; nothing happens when nobody listens. To reach the channels for the
 * first time takes half a millisecond, so that a start does not: its own events come a turn of the event loop later.
 */
export function publish<E extends keyof ResolverEvents>(
  event: E,
  { application, environment }: Omit<DiagnosticsMessage, 'details'>,
  details: ResolverEvents[E],
): void {
  waiting.push(() => {
    const channel = channelOf(`strongroom:${event}`);
    if (!channel.hasSubscribers) return;
    channel.publish({ application, environment, details } satisfies DiagnosticsMessage<E>);
  });
  if (diagnostics !== undefined || !startEvents.has(event)) publishWaiting();
  else if (waiting.length === 1) setImmediate(publishWaiting);
}

function publishWaiting(): void {
  for (const each of waiting.splice(0)) each();
}

function channelOf(name: string): Channel {
  diagnostics ??= process.getBuiltinModule('node:diagnostics_channel');
  const channel = channels.get(name) ?? diagnostics.channel(name);
  channels.set(name, channel);
  return channel;
}
