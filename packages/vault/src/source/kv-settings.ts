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
import type { KvContext } from '../kv/kv-context.js';
import { revisionOf } from '../kv/kv-revision.js';
import type { KvFound } from '../kv/kv-secret.js';
import { absentKey, absentSecret, type Spot } from './absence.js';
import { inParallel } from './in-parallel.js';
import { answerFailure } from './lookup-failure.js';
import { markerName } from './marker.js';
import { type Epoch, MarkerWatch } from './marker-watch.js';
import type { LookupRound } from './outage.js';
import { type KvPlacement, type PlacedSecret, type PlacedSetting, placeSettings } from './placement.js';
import { type Look, SecretReads } from './secret-reads.js';

/** What a source needs of the client that it belongs to. */
export interface KvSurroundings {
  readonly kv: KvContext;
  readonly namespace: string | undefined;
  /** How many secrets are asked for at a time: a definition may be larger than what may wait. */
  readonly readsAtOnce: number;
  readonly now: () => number;
}

/** What was answered last for the settings in one secret, without the values. */
interface Answered {
  /** That of the secret. Undefined where there is none, or none in KV version 2. */
  readonly revision: string | undefined;
  /** By key, for those that were asked for and are not there. */
  readonly absent: ReadonlyMap<string, Absent>;
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
  /** By the secret's path. */
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
    const answered = this.#answered.get(secret.path);
    if (answered?.epoch !== epoch) return false;
    const { absent, revision } = answered;
    return secret.settings.every(({ name, key }) => {
      if (absent.has(key)) return true;
      return revision !== undefined && revision === seenAt(this.#locator(secret, key), known?.get(name));
    });
  }

  #look(secret: PlacedSecret, { known, signal }: LookupContext): Promise<Look> {
    const { path } = secret;
    const revision = known === undefined ? undefined : this.#revisionSeen(secret, known);
    // Of a mount that may be of version 1 the path of the metadata may be that of something else.
    const { versions, mount } = this.#surroundings.kv;
    const looking =
      revision === undefined || versions.known(mount) !== 2
        ? this.#reads.read(path, signal)
        : this.#reads.look(path, revision, signal);
    if (this.#answered.get(path)?.revision === undefined) return looking;
    return looking.then((look) => {
      if (look.status !== 'absent' || look.reason !== 'no-such-path') return look;
      // It was there as one of version 2: deleted, or the mount is another one now, in which version 2 finds nothing.
      if (versions.known(mount) === 2) versions.forget(mount);
      return this.#reads.read(path, signal);
    });
  }

  /** The revision in which all that is asked of a secret was seen last: values, and keys that it has not. */
  #revisionSeen(secret: PlacedSecret, known: ReadonlyMap<string, Known>): string | undefined {
    if (!this.#byMetadata) return undefined;
    const answered = this.#answered.get(secret.path);
    const seen = ({ name, key }: PlacedSetting) =>
      answered?.absent.has(key) === true
        ? answered.revision
        : seenAt(this.#locator(secret, key), known.get(name));
    const [first, ...others] = secret.settings;
    const revision = first === undefined ? undefined : seen(first);
    return others.every((other) => seen(other) === revision) ? revision : undefined;
  }

  #answer(secret: PlacedSecret, look: Look, epoch: Epoch | undefined, answers: Map<string, Lookup>): void {
    const { path } = secret;
    const before = this.#answered.get(path);
    if (look.status === 'unchanged') {
      this.#repeat(secret, answers);
      if (before !== undefined) this.#answered.set(path, { ...before, epoch });
      return;
    }
    const { now, kv } = this.#surroundings;
    const answer = look.status === 'absent' ? (spot: Spot) => absentSecret(look, spot) : reading(look, now());
    const absent = new Map<string, Absent>();
    for (const { name, key } of secret.settings) {
      const spot = { secret: `${kv.mount}/${path}`, key, locator: this.#locator(secret, key) };
      const lookup = answer(spot);
      answers.set(name, lookup);
      if (lookup.status === 'absent') absent.set(key, lookup);
    }
    const revision = look.status === 'absent' ? undefined : revisionOf(look);
    this.#answered.set(path, { revision, absent: absent.size === 0 ? noneAbsent : absent, epoch });
  }

  /** Says again what was answered, none of it having changed. */
  #repeat(secret: PlacedSecret, answers: Map<string, Lookup>): void {
    const answered = this.#answered.get(secret.path);
    const unchanged: Lookup = { status: 'unchanged', readAt: this.#surroundings.now() };
    for (const { name, key } of secret.settings) answers.set(name, answered?.absent.get(key) ?? unchanged);
  }

  #locator({ path }: PlacedSecret, key: string): string {
    const { namespace, kv } = this.#surroundings;
    return `${namespace === undefined ? '' : `${namespace}/`}${kv.mount}/${path}#${key}`;
  }
}

/** What each key of a secret that was read comes to. */
function reading(secret: KvFound, readAt: number): (spot: Spot) => Found | Absent {
  const { data, version, requestId } = secret;
  const revision = revisionOf(secret);
  const about = {
    readAt,
    ...(requestId === undefined ? {} : { requestId }),
    ...(version === undefined || revision === undefined ? {} : { version, revision }),
  };
  let keys: readonly string[] | undefined;
  return (spot) => {
    const { key, locator } = spot;
    if (key in data) return { status: 'found', value: data[key], locator, ...about };
    keys ??= Object.keys(data);
    return absentKey(keys, spot);
  };
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

/** There may be thousands of secrets, and nearly none lacks anything. */
const noneAbsent: ReadonlyMap<string, Absent> = new Map();

const noPlace: Absent = Object.freeze({ status: 'absent', reason: 'no-place' });

const seenAt = (locator: string, known: Known | undefined): string | undefined =>
  known?.locator === locator ? known.revision : undefined;

const reserved: Misconfigured = Object.freeze({
  status: 'misconfigured',
  reason: `its group ${markerName} is that of the version marker`,
  hint: 'Give the group of settings another name.',
});
