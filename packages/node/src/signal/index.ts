export {
  type AnnounceOptions,
  announceChange,
  type FollowSignalsOptions,
  followSignals,
  signalDefaults,
} from './follow-signals.js';
export { type NatsConnection, natsBroker } from './nats-broker.js';
export { type RedisClient, type RedisSubscriber, redisBroker } from './redis-broker.js';
export { type SignalBroker, type SignalListener, signalChannel } from './signal-broker.js';
