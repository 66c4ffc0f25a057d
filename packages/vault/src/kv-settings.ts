import {
  type Absent,
  Breather,
  type Found,
  type Known,
  type Lookup,
  type LookupContext,
  type Misconfigured,
  type Setting,
} from '@strongroom/core';
import { absentKey, absentSecret } from './absence.js';
import { inParallel } from './in-parallel.js';
import type { KvContext } from './kv/kv-context.js';
import { revisionOf } from './kv/kv-revision.js';
import { answerFailure } from './lookup-failure.js';
import { markerName } from './marker.js';
import { type Epoch, MarkerWatch } from './marker-watch.js';
import type { LookupRound } from './outage.js';
import { type KvPlacement, type PlacedSecret, placeSettings } from './placement.js';
import { type Look, SecretReads } from './secret-reads.js';

/** What a source needs of the client that it belongs to. */
export interface KvSurroundings {
  readonly kv: KvContext;
  readonly namespace: string | undefined;
  /** How many secrets are asked for at a time: a definition may be larger than what may wait. */
  readonly readsAtOnce: number;
  readonly now: () => number;
}

/** What was answered for a setting's place, without the value. */
interface Answered {
  /** That of the secret. Undefined where there is none, or none in KV version 2. */
  readonly revision: string | undefined;
  readonly absent: Absent | undefined;
  /** Undefined when nothing was known of the marker before. */
  readonly epoch: Epoch | undefined;
}

/** The settings of one source that lie in a KV mount. */
export class KvSettings {
  readonly #surroundings: KvSurroundings;
  readonly #layout: 'group' | 'leaf';
  readonly #reads: SecretReads;
  readonly #byMetadata: boolean;
  readonly #marker: MarkerWatch | undefined;
  /** By locator. */
  readonly #answered = new Map<string, Answered>();

  constructor(surroundings: KvSurroundings, placement: Required<KvPlacement>) {
    const { kv, now } = surroundings;
    const { layout, refreshBy, marker, fullLookEveryMs } = placement;
    this.#surroundings = surroundings;
    this.#layout = layout;
    this.#reads = new SecretReads(kv, now);
    this.#byMetadata = refreshBy === 'metadata';
    if (marker) this.#marker = new MarkerWatch(this.#reads, fullLookEveryMs, now);
  }

  /** Answers for the settings that are not leased. */
  async lookup(
    settings: readonly Setting[],
    context: LookupContext,
    round: LookupRound,
    answers: Map<string, Lookup>,
  ): Promise<void> {
    const { signal } = context;
    const breather = new Breather();
    const placed = withPlace(settings, answers);
    const secrets = await placeSettings(placed, context, this.#layout, breather);
    if (secrets.length === 0) return;
    const begun = this.#surroundings.now();
    const failed = (some: readonly { readonly name: string }[], error: unknown) => {
      if (signal.aborted) throw error;
      answerFailure(some, error, answers, begun);
    };
    let epoch: Epoch | undefined;
    try {
      epoch = await this.#epoch(context, round);
    } catch (error) {
      for (const secret of secrets) failed(secret.settings, error);
      return;
    }
    await inParallel(secrets, this.#surroundings.readsAtOnce, breather, (secret) => {
      if (epoch !== undefined && this.#holds(secret, context, epoch)) {
        this.#repeat(secret, answers);
        return undefined;
      }
      return round
        .ask(() => this.#look(secret, context))
        .then(
          (look) => this.#answer(secret, look, epoch, answers),
          (error) => failed(secret.settings, error),
        );
    });
  }

  /** A start, when nothing is known, does not wait for the marker. */
  #epoch(context: LookupContext, round: LookupRound): Promise<Epoch | undefined> | undefined {
    const marker = this.#marker;
    if (marker === undefined || context.known === undefined) return undefined;
    return round.ask(() => marker.look(context, context.signal));
  }

  /** Whether all that is asked of a secret was answered in this epoch, and is still known. */
  #holds(secret: PlacedSecret, { known }: LookupContext, epoch: Epoch): boolean {
    return secret.settings.every(({ name, key }) => {
      const locator = this.#locator(secret, key);
      const answered = this.#answered.get(locator);
      if (answered?.epoch !== epoch) return false;
      if (answered.absent !== undefined) return true;
      return answered.revision !== undefined && answered.revision === seenAt(locator, known?.get(name));
    });
  }

  #look(secret: PlacedSecret, { known, signal }: LookupContext): Promise<Look> {
    const { path } = secret;
    const revision = known === undefined ? undefined : this.#revisionSeen(secret, known);
    // Of a mount that may be of version 1 the path of the metadata may be that of something else.
    const { versions, mount } = this.#surroundings.kv;
    return revision === undefined || versions.known(mount) !== 2
      ? this.#reads.read(path, signal)
      : this.#reads.look(path, revision, signal);
  }

  /** The revision in which all that is asked of a secret was seen last: values, and keys that it has not. */
  #revisionSeen(secret: PlacedSecret, known: ReadonlyMap<string, Known>): string | undefined {
    if (!this.#byMetadata) return undefined;
    const seen = secret.settings.map(({ name, key }) => {
      const locator = this.#locator(secret, key);
      const answered = this.#answered.get(locator);
      return answered?.absent === undefined ? seenAt(locator, known.get(name)) : answered.revision;
    });
    return seen.every((revision) => revision === seen[0]) ? seen[0] : undefined;
  }

  #answer(secret: PlacedSecret, look: Look, epoch: Epoch | undefined, answers: Map<string, Lookup>): void {
    const { now, kv } = this.#surroundings;
    const readAt = now();
    const keys = look.status === 'found' ? Object.keys(look.data) : [];
    const revision = look.status === 'absent' ? undefined : revisionOf(look);
    for (const { name, key } of secret.settings) {
      const locator = this.#locator(secret, key);
      const spot = { secret: `${kv.mount}/${secret.path}`, key, locator };
      let lookup: Lookup;
      if (look.status === 'unchanged') {
        lookup = this.#answered.get(locator)?.absent ?? { status: 'unchanged', readAt };
      } else if (look.status === 'absent') lookup = absentSecret(look, spot);
      else if (!(key in look.data)) lookup = absentKey(keys, spot);
      else {
        const { version, requestId } = look;
        const found: Found = {
          status: 'found',
          value: look.data[key],
          locator,
          readAt,
          ...(requestId === undefined ? {} : { requestId }),
        };
        lookup = version === undefined || revision === undefined ? found : { ...found, version, revision };
      }
      answers.set(name, lookup);
      this.#answered.set(locator, {
        revision,
        absent: lookup.status === 'absent' ? lookup : undefined,
        epoch,
      });
    }
  }

  /** Says again what was answered, none of it having changed. */
  #repeat(secret: PlacedSecret, answers: Map<string, Lookup>): void {
    const readAt = this.#surroundings.now();
    for (const { name, key } of secret.settings) {
      const absent = this.#answered.get(this.#locator(secret, key))?.absent;
      answers.set(name, absent ?? { status: 'unchanged', readAt });
    }
  }

  #locator({ path }: PlacedSecret, key: string): string {
    const { namespace, kv } = this.#surroundings;
    return `${namespace === undefined ? '' : `${namespace}/`}${kv.mount}/${path}#${key}`;
  }
}

/** The settings to look for in Vault; the others are answered at once. */
function* withPlace(settings: readonly Setting[], answers: Map<string, Lookup>): Iterable<Setting> {
  for (const setting of settings) {
    const { name, place, lease } = setting;
    if (place?.group === markerName || place?.group.startsWith(`${markerName}/`)) answers.set(name, reserved);
    else if (place !== undefined) yield setting;
    else if (lease === undefined) answers.set(name, noPlace);
  }
}

const noPlace: Absent = Object.freeze({ status: 'absent', reason: 'no-place' });

const seenAt = (locator: string, known: Known | undefined): string | undefined =>
  known?.locator === locator ? known.revision : undefined;

const reserved: Misconfigured = Object.freeze({
  status: 'misconfigured',
  reason: `its group ${markerName} is that of the version marker`,
  hint: 'Give the group of settings another name.',
});
