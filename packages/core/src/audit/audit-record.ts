import type { ErrorCode } from '../errors/errors.js';

/** What a record may be about. */
export const auditEvents = [
  /** The trail itself: `begun` or `ended`. */
  'trail',
  /** A secret was read: the first time, or `count` times since then. */
  'read',
  /** A load or a refresh is over. */
  'refresh',
  /** A source could not be asked, during a load or a refresh. */
  'unavailable',
  /** A setting starts with a value that may not be that of its source, which could not be asked. */
  'fallback',
  /** A setting has another value than before. */
  'change',
  /** A value is not valid, or missing: the snapshot before holds on, or there is none. */
  'refused',
  /** A setting was deleted where it came from; its last value is kept. */
  'deleted',
  /** A source that is read in shadow holds something else than what is served. */
  'shadow',
  /** It was decided whether a source is on, in shadow or off. */
  'rollout',
  /** The resolver stands elsewhere than before. */
  'state',
  /** A resource that is bound to settings could not be built anew, or not be disposed of. */
  'bind',
  /** A source logged in. */
  'login',
  /** A source renewed its token. */
  'renewal',
  /** A source obtained, renewed or lost a leased secret. */
  'lease',
  /** A source was denied something. */
  'refusal',
  /** An address is left alone (`failure`) or used again (`success`). */
  'breaker',
  /** Records were lost, since the sink took none for too long. */
  'dropped',
] as const;

export type AuditEvent = (typeof auditEvents)[number];

/** One line of an audit trail. Never a value. What does not belong to an event is left out. */
export interface AuditRecord {
  /** When it happened, in ISO 8601, UTC. */
  readonly time: string;
  /** Counts the records of one trail from 1 on, without a gap: where one is missing, it was taken away. */
  readonly sequence: number;
  readonly application: string;
  readonly environment: string;
  /** Which process it was. */
  readonly instance: string;
  readonly event: AuditEvent;
  /** How it came out, in a word: the words of each event are in docs/observability.md. */
  readonly outcome: string;
  readonly setting?: string;
  readonly source?: string;
  /** Where the value lies, or what the source was busy with: a path, an auth mount, an address. */
  readonly locator?: string;
  /** The version of the value, where the source counts versions: after a change the new one. */
  readonly version?: number;
  /** The version before a change. */
  readonly versionBefore?: number;
  /** How many: reads, settings that were asked for or touched, records that were dropped. */
  readonly count?: number;
  readonly code?: ErrorCode;
  /** Why, in words. */
  readonly reason?: string;
  /** By which Vault's own audit log knows the request: its `request.id`. */
  readonly requestId?: string;
  /** Why a refresh began. */
  readonly trigger?: 'load' | 'schedule' | 'request' | 'source';
  readonly durationMs?: number;
  /** How long what was obtained lasts, in milliseconds. */
  readonly ttlMs?: number;
}

/** What is said of an event, before it is given a time, a number and its surroundings. */
export type AuditEntry = Omit<AuditRecord, 'time' | 'sequence' | 'application' | 'environment' | 'instance'>;
