// Over 250 lines: when the file is read, written and believed, in one place.
import { types } from 'node:util';
import {
  type Clock,
  checkOptions,
  checkTimes,
  type Found,
  isSourceError,
  type Logger,
  type Lookup,
  type LookupContext,
  type Setting,
  type Source,
  SourceError,
  StrongroomError,
  systemClock,
} from '../index.js';
import { SealBroken, SealedFile } from './sealed-file.js';

/** The numbers of a last-known-good file, each an option. */
export const lastKnownGoodDefaults = {
  /** How old what the file holds may be, in milliseconds: a day. */
  maxAgeMs: 24 * 60 * 60 * 1000,
  /** How long the source is waited for at a start before the file is opened, in milliseconds. */
  waitMs: 8_000,
} as const;

/** How far ahead of this machine's clock the file's writer's may have been, in milliseconds. */
const clockSkewMs = 5 * 60 * 1000;

export interface LastKnownGoodOptions {
  /** The file: its folder must exist. It is made with mode 0600 and replaced as a whole. */
  readonly file: string;
  /** 32 bytes, or their text in base64 or hexadecimal digits: `openssl rand -base64 32` makes one. */
  readonly key: string | Uint8Array;
  /**
   * How long after the source was last asked with success the file may still be used, in milliseconds.
   * @default 86400000, a day
   */
  readonly maxAgeMs?: number;
  /**
   * How long the source is waited for before the file is opened, in milliseconds. It should be less than the
   * deadline of the start. @default 8000
   */
  readonly waitMs?: number;
  /** Told when the file could not be written. */
  readonly logger?: Logger;
  /** @default the system's time */
  readonly clock?: Clock;
}

/** What the file holds of one setting. */
type Entry = readonly [
  name: string,
  found: Pick<Found, 'value' | 'locator' | 'version' | 'revision' | 'readAt'>,
];

interface Content {
  /** When the source was last asked with success, in milliseconds since 1970. */
  readonly goodAt: number;
  readonly entries: readonly Entry[];
}

/**
 * Lets a program start while a source is down: keeps what the source answered last in an encrypted file, and
 * answers from there where the source cannot be asked and has not been asked with success since the start.
 * Such a value is stale, and the resolver degraded, until the source answers.
 *
 * @param source whose answers are kept
 * @returns a source of the same name
 * @throws StrongroomError `DEFINITION_INVALID` for a key that is not of 32 bytes, a time that is none, and an option that
 *   there is not
 * @example withLastKnownGood(vault, { file: '/var/lib/shop/settings', key: process.env.SETTINGS_KEY ?? '' })
 */
export function withLastKnownGood(source: Source, options: LastKnownGoodOptions): Source {
  checkOptions('withLastKnownGood()', options, {
    file: true,
    key: true,
    maxAgeMs: true,
    waitMs: true,
    logger: true,
    clock: true,
  });
  const { maxAgeMs = lastKnownGoodDefaults.maxAgeMs, waitMs = lastKnownGoodDefaults.waitMs } = options;
  // What is no number would let a file of any age pass.
  checkTimes({ maxAgeMs, waitMs });
  const { clock = systemClock, logger } = options;
  const file = new SealedFile(options.file, keyOf(options.key));
  const good = new Map<string, Entry[1]>();
  let answered = false;
  let written: { readonly text: string; readonly at: number } | undefined;
  let writing: Promise<void> = Promise.resolve();
  let complained = false;

  return {
    name: source.name,
    ...(source.local === undefined ? {} : { local: source.local }),
    ...(source.onEvent === undefined
      ? {}
      : { onEvent: (listener) => source.onEvent?.(listener) ?? (() => {}) }),
    async lookup(settings, context) {
      const answers = await ask(settings, context);
      remember(settings, answers);
      const failed = settings.filter(({ name }) => answers.get(name)?.status === 'failed');
      if (failed.length === 0) keep(context);
      if (failed.length === 0 || answered) {
        answered ||= failed.length === 0;
        return answers;
      }
      return new Map([...answers, ...(await lastKnown(failed, answers, context))]);
    },
    async close() {
      await source.close?.();
      await writing;
    },
  };

  /** What the source throws is its answer for each setting; at a start it is not waited for until the deadline. */
  async function ask(
    settings: readonly Setting[],
    context: LookupContext,
  ): Promise<ReadonlyMap<string, Lookup>> {
    try {
      return answered
        ? await source.lookup(settings, context)
        : await inTime(source, settings, context, waitMs, clock);
    } catch (thrown) {
      const mine = isSourceError(thrown) && !context.signal.aborted;
      if (answered || !mine) throw thrown;
      return new Map(settings.map(({ name }) => [name, { status: 'failed', error: thrown }]));
    }
  }

  /** Also of an answer that is not whole: the next one may say of its values only that they are unchanged. */
  function remember(settings: readonly Setting[], answers: ReadonlyMap<string, Lookup>): void {
    for (const { name } of settings) {
      const answer = answers.get(name);
      if (answer?.status === 'found') good.set(name, entryOf(answer));
      else if (answer?.status !== 'unchanged' && answer?.status !== 'failed') good.delete(name);
    }
  }

  function keep(context: LookupContext): void {
    const now = clock.now();
    const text = JSON.stringify(
      [...good].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { readAt: _, ...found }]) => [name, found]),
    );
    // An unchanged file is written anew in time for its age to stay small beside the greatest one.
    if (written !== undefined && written.text === text && now - written.at < maxAgeMs / 20) return;
    written = { text, at: now };
    const content: Content = { goodAt: now, entries: [...good] };
    writing = writing
      .then(() => file.write(JSON.stringify(content), bindingOf(context, source)))
      .then(
        () => {
          if (complained) logger?.info({ file: file.path }, 'the last known good settings are written again');
          complained = false;
        },
        (error: NodeJS.ErrnoException) => {
          written = undefined;
          if (!complained)
            logger?.warn(
              { file: file.path, reason: error.code },
              'the last known good settings could not be written',
            );
          complained = true;
        },
      );
  }

  /** The file's answers for the settings that the source could not be asked about. */
  async function lastKnown(
    settings: readonly Setting[],
    answers: ReadonlyMap<string, Lookup>,
    context: LookupContext,
  ): Promise<readonly (readonly [string, Lookup])[]> {
    let content: Content | undefined;
    let refusal: string | undefined;
    try {
      content = contentOf(await file.read(bindingOf(context, source)));
      if (content !== undefined) refusal = tooOld(content.goodAt, clock.now(), maxAgeMs);
    } catch (error) {
      refusal =
        error instanceof SealBroken
          ? error.message
          : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    }
    const entries = new Map(refusal === undefined ? content?.entries : []);
    return settings.map(({ name }): readonly [string, Lookup] => {
      const answer = answers.get(name) as Lookup & { status: 'failed' };
      const entry = entries.get(name);
      if (entry !== undefined) {
        good.set(name, entry);
        const since = new Date(content?.goodAt ?? 0).toISOString();
        const words = `${answer.error.message}; the value of ${since} is taken from ${file.path}`;
        return [name, { status: 'found', ...entry, staleBecause: because(answer.error, words) }];
      }
      if (refusal === undefined) return [name, answer];
      const words = `${answer.error.message}; and the last known good settings are not used: ${file.path} ${refusal}`;
      return [name, { status: 'failed', error: because(answer.error, words) }];
    });
  }
}

const because = (error: SourceError, words: string): SourceError =>
  new SourceError(error.code, words, {
    cause: error,
    ...(error.locator === undefined ? {} : { locator: error.locator }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });

function entryOf({ value, locator, version, revision, readAt }: Found): Entry[1] {
  return {
    value,
    locator,
    ...(version === undefined ? {} : { version }),
    ...(revision === undefined ? {} : { revision }),
    ...(readAt === undefined ? {} : { readAt }),
  };
}

/** An application's settings of one environment, from one source, are no others'. */
const bindingOf = ({ application, environment }: LookupContext, { name }: Source): string =>
  JSON.stringify([application, environment, name]);

function tooOld(goodAt: number, now: number, maxAgeMs: number): string | undefined {
  if (goodAt - now > clockSkewMs) return 'is of the future: check the clock';
  const hours = Math.round((now - goodAt) / 360_000) / 10;
  return now - goodAt > maxAgeMs ? `is too old (${hours} h)` : undefined;
}

/** It was written by this code and is authenticated: its shape is checked for what an older version may have written. */
function contentOf(text: string | undefined): Content | undefined {
  if (text === undefined) return undefined;
  const content = JSON.parse(text) as Partial<Content> | null;
  if (typeof content?.goodAt !== 'number' || !Array.isArray(content.entries)) {
    throw new SealBroken('is not of a form that this version reads');
  }
  return content as Content;
}

function keyOf(key: string | Uint8Array): Buffer {
  // In JavaScript it may be a variable that is not set.
  const given: unknown = key;
  const bytes =
    typeof given === 'string'
      ? Buffer.from(given.trim(), /^[0-9a-f]{64}$/i.test(given.trim()) ? 'hex' : 'base64')
      : Buffer.from(types.isUint8Array(given) ? given : '');
  if (bytes.length === 32) return bytes;
  throw new StrongroomError(
    'DEFINITION_INVALID',
    'The key of the last known good settings is not of 32 bytes: make one by `openssl rand -base64 32`',
  );
}

/** Waits for a source no longer than this, so that there is time left for something else. */
function inTime(
  source: Source,
  settings: readonly Setting[],
  context: LookupContext,
  waitMs: number,
  clock: Clock,
): Promise<ReadonlyMap<string, Lookup>> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const { signal } = context;
    const end = (reason: unknown) => {
      settled();
      controller.abort(reason);
      reject(reason);
    };
    const abort = () => end(signal.reason);
    const callOff = clock.after(waitMs, () =>
      end(
        new SourceError(
          'SOURCE_UNAVAILABLE',
          `${source.name} did not answer within ${waitMs / 1000} s (waitMs)`,
        ),
      ),
    );
    const settled = () => {
      callOff();
      signal.removeEventListener('abort', abort);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    source
      .lookup(settings, { ...context, signal: controller.signal })
      .then(resolve, reject)
      .finally(settled);
  });
}
