import type { Breather } from '../breather.js';
import type { Clock } from '../clock.js';
import type { Setting } from '../definition/definition.js';
import {
  type ConfigurationError,
  isConfigurationError,
  isSourceError,
  type Problem,
  SourceError,
} from '../errors/errors.js';
import type { Patience } from '../patience.js';
import { absenceWords } from '../source/absence.js';
import type { Failed, Found, Known, Lookup, LookupContext, Source, Unchanged } from '../source/source.js';
import { threw } from '../threw.js';
import { isFinal, type Step, type StillFound, type Trail } from './trail.js';

/** What the whole chain said. */
export interface ChainAnswer {
  readonly trails: readonly Trail[];
  /** What is wrong with the wiring of a source, whatever the settings. */
  readonly problems: readonly Problem[];
  readonly asked: readonly SourceAsked[];
}

/** One source was asked, once. */
export interface SourceAsked {
  readonly source: string;
  /** How many settings it was asked about. */
  readonly settings: number;
  /** When, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
}

/** What each source found the last time, by its name. */
export type KnownOfSources = ReadonlyMap<string, ReadonlyMap<string, Known>>;

/** A trail that is being made. */
interface OpenTrail extends Trail {
  readonly steps: Step[];
  settled: boolean;
}

/**
 * Asks the sources in order, each once and in one batch, for the settings that no earlier source answered.
 *
 * Only absence falls through silently. A source that could not be asked leaves a `failed` step behind, so that
 * whoever decides about fallbacks sees it; what the user contradicted stops at once.
 *
 * @param moment what every source may know
 * @param patienceWith how long each source is waited for
 * @param how.everything ask every source about every setting, as `survey()` does, unless it is leased
 * @param how.known what is known of each source's settings, by the source's name
 */
export async function askChain(
  sources: readonly Source[],
  settings: readonly Setting[],
  moment: Omit<LookupContext, 'signal' | 'known'>,
  patienceWith: (source: Source) => Patience,
  how: {
    readonly breather: Breather;
    readonly clock: Clock;
    readonly everything?: boolean;
    readonly known?: KnownOfSources;
  },
): Promise<ChainAnswer> {
  const { breather, clock, everything = false, known = new Map() } = how;
  // All steps at once: an array that grows keeps room for more, and there may be thousands.
  const notAsked: readonly Step[] = sources.map(({ name }) =>
    Object.freeze({ source: name, lookup: undefined }),
  );
  const trails: OpenTrail[] = [];
  for (const setting of settings) {
    if (breather.due) await breather.pause();
    trails.push({ setting, steps: notAsked.slice(), settled: false });
  }
  const problems: Problem[] = [];
  const times: SourceAsked[] = [];
  for (const [index, source] of sources.entries()) {
    // To ask for what is leased makes it: nobody wants that only to know.
    const isAsked = ({ settled, setting }: OpenTrail) =>
      (everything && setting.lease === undefined) || source.local === true || !settled;
    const asked = trails.filter(isAsked);
    const context = momentOf(source, moment, known);
    const startedAt = clock.now();
    const answerFor =
      asked.length === 0 ? undefined : await ask(source, asked, context, patienceWith(source), problems);
    if (asked.length > 0) times.push(timeOf(source, asked.length, startedAt, clock));
    let step: Step | undefined;
    for (const trail of trails) {
      if (breather.due) await breather.pause();
      const lookup = isAsked(trail) ? answerFor?.(trail.setting.name) : undefined;
      // One answer for all, as of a source that has nothing, is one step.
      if (step?.lookup !== lookup) step = { source: source.name, lookup };
      if (step !== undefined && lookup !== undefined) trail.steps[index] = step;
      trail.settled ||= isFinal(lookup);
    }
  }
  return { trails, problems, asked: Object.freeze(times) };
}

const timeOf = ({ name }: Source, settings: number, startedAt: number, clock: Clock): SourceAsked =>
  Object.freeze({ source: name, settings, startedAt, durationMs: clock.now() - startedAt });

const momentOf = <M extends object>({ name }: Source, moment: M, known: KnownOfSources) => {
  const ofThis = known.get(name);
  return ofThis === undefined ? moment : { ...moment, known: ofThis };
};

async function ask(
  source: Source,
  trails: readonly { readonly setting: Setting }[],
  moment: Omit<LookupContext, 'signal'>,
  patience: Patience,
  problems: Problem[],
): Promise<(name: string) => Step['lookup']> {
  const settings = trails.map(({ setting }) => setting);
  const context: LookupContext = {
    ...moment,
    get signal() {
      return patience.signal;
    },
  };
  try {
    const answers = await patience.waitFor(source.lookup(settings, context));
    return (name) => understood(answers, name, moment.known?.get(name));
  } catch (thrown) {
    const lookup = failed(isConfigurationError(thrown) ? notSetUp(thrown, problems) : asSourceError(thrown));
    return () => lookup;
  }
}

const found = (lookup: Found): Found =>
  lookup.staleBecause === undefined
    ? lookup
    : { ...lookup, staleBecause: asSourceError(lookup.staleBecause) };

const stillFound = ({ status, readAt }: Unchanged, { locator, version }: Known): StillFound => ({
  status,
  locator,
  ...(version === undefined ? {} : { version }),
  ...(readAt === undefined ? {} : { readAt }),
});

const failed = (error: SourceError): Failed => ({ status: 'failed', error });

/** A source may come from a stranger: what it did not answer properly must not pass for absent. */
function understood(
  answers: ReadonlyMap<string, Lookup>,
  name: string,
  known: Known | undefined,
): Step['lookup'] {
  try {
    return checked(answers.get(name), known);
  } catch (thrown) {
    return failed(asSourceError(thrown));
  }
}

function checked(lookup: Lookup | undefined, known: Known | undefined): Step['lookup'] {
  switch (lookup?.status) {
    case 'unchanged':
      if (known !== undefined) return stillFound(lookup, known);
      break;
    case 'found':
      if (lookup.value !== undefined && typeof lookup.locator === 'string') return found(lookup);
      break;
    case 'absent':
      if (Object.hasOwn(absenceWords, lookup.reason)) return lookup;
      break;
    case 'failed':
      return failed(asSourceError(lookup.error));
    case 'misconfigured':
      return lookup;
  }
  return failed(new SourceError('SOURCE_MALFORMED', 'gave no answer that can be understood'));
}

/** A source found its own wiring wrong: that is reported once, and never papered over by a default. */
function notSetUp(error: ConfigurationError, problems: Problem[]): SourceError {
  problems.push(...error.problems);
  const names = error.problems.map(({ name }) => name).join(', ');
  return new SourceError('SOURCE_UNAVAILABLE', `it is not set up, see ${names}`, { cause: error });
}

/**
 * Keeps what a source of Strongroom threw. Of a stranger's error only its class and where it was thrown go on:
 * its message, its cause and its fields may hold a value.
 */
export function asSourceError(thrown: unknown): SourceError {
  if (isSourceError(thrown)) return thrown;
  const frame = thrown instanceof Error ? firstFrame(thrown) : undefined;
  return new SourceError('SOURCE_UNAVAILABLE', `${threw(thrown)}${frame === undefined ? '' : ` ${frame}`}`);
}

/** The line after the whole message, and only there: a message may have lines that look like a frame. */
function firstFrame({ name, message, stack = '' }: Error): string | undefined {
  const header = message === '' ? name : `${name}: ${message}`;
  return stack.startsWith(`${header}\n    at `)
    ? stack.slice(header.length).split('\n')[1]?.trim()
    : undefined;
}
