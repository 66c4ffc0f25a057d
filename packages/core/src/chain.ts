import type { Setting } from './definition.js';
import {
  type ConfigurationError,
  isConfigurationError,
  isSourceError,
  type Problem,
  SourceError,
} from './errors.js';
import type { Lookup, LookupContext, Source } from './source.js';

/** What every source said about one setting, in order of precedence. */
export interface Trail {
  readonly setting: Setting;
  /** One step a source; `undefined` where the source was not asked, since an earlier one had answered. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly source: string;
  readonly lookup: Lookup | undefined;
}

/** What the whole chain said. */
export interface ChainAnswer {
  readonly trails: readonly Trail[];
  /** What is wrong with the wiring of a source, whatever the settings. */
  readonly problems: readonly Problem[];
}

/**
 * Asks the sources in order, each once and in one batch, for the settings that no earlier source answered.
 *
 * Only absence falls through silently. A source that could not be asked leaves a `failed` step behind, so that
 * whoever decides about fallbacks sees it; what the user contradicted stops at once.
 *
 * @param everything ask every source about every setting, as `survey()` does
 */
export async function askChain(
  sources: readonly Source[],
  settings: readonly Setting[],
  context: LookupContext,
  everything = false,
): Promise<ChainAnswer> {
  const trails = settings.map((setting) => ({ setting, steps: [] as Step[], settled: false }));
  const problems: Problem[] = [];
  for (const source of sources) {
    const asked = everything || source.local === true ? trails : trails.filter(({ settled }) => !settled);
    const answers =
      asked.length === 0 ? new Map<string, Lookup>() : await ask(source, asked, context, problems);
    for (const trail of trails) {
      const lookup = answers.get(trail.setting.name);
      trail.steps.push({ source: source.name, lookup });
      if (lookup?.status === 'found' || lookup?.status === 'misconfigured') trail.settled = true;
    }
  }
  return { trails, problems };
}

async function ask(
  source: Source,
  trails: readonly { readonly setting: Setting }[],
  context: LookupContext,
  problems: Problem[],
): Promise<ReadonlyMap<string, Lookup>> {
  const settings = trails.map(({ setting }) => setting);
  try {
    const answers = await orAborted(source.lookup(settings, context), source, context.signal);
    const complete = new Map(answers);
    for (const { name } of settings) {
      if (!complete.has(name))
        complete.set(name, failed(new SourceError('SOURCE_MALFORMED', 'gave no answer')));
    }
    return complete;
  } catch (thrown) {
    const lookup = failed(isConfigurationError(thrown) ? notSetUp(thrown, problems) : asSourceError(thrown));
    return new Map(settings.map(({ name }) => [name, lookup]));
  }
}

const failed = (error: SourceError): Lookup => ({ status: 'failed', error });

/** A source found its own wiring wrong: that is reported once, and never papered over by a default. */
function notSetUp(error: ConfigurationError, problems: Problem[]): SourceError {
  problems.push(...error.problems);
  const names = error.problems.map(({ name }) => name).join(', ');
  return new SourceError('SOURCE_UNAVAILABLE', `is not set up: see ${names}`);
}

/** A source that does not listen to its signal must not hold up the program. */
function orAborted<T>(answer: Promise<T>, source: Source, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(outOfTime(source, signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function outOfTime(source: Source, signal: AbortSignal): SourceError {
  const reason: unknown = signal.reason;
  return isSourceError(reason)
    ? reason
    : new SourceError('SOURCE_UNAVAILABLE', `${source.name} was not waited for any longer`);
}

/**
 * Keeps what a source of Strongroom threw. Of a stranger's error only its class and where it was thrown go on:
 * its message, its cause and its fields may hold a value.
 */
function asSourceError(thrown: unknown): SourceError {
  if (isSourceError(thrown)) return thrown;
  const kind = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  const frame = thrown instanceof Error ? /^\s+at .*$/m.exec(thrown.stack ?? '')?.[0].trim() : undefined;
  return new SourceError('SOURCE_UNAVAILABLE', `threw a ${kind}${frame === undefined ? '' : ` ${frame}`}`);
}
