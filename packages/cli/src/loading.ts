import {
  type Declarations,
  isConfigurationError,
  type Problem,
  type SettingExplanation,
  SourceError,
  type SourceErrorCode,
  type ValuesOf,
} from '@strongroom/core';
import type { LoadedSettings } from '@strongroom/node';
import { CommandError } from './command-error.js';
import { exitCodeOf, exitCodes } from './exit-code.js';

/** What is to be said of one setting: where it comes from, and whether it can be used. */
export interface SettingReport extends SettingExplanation {
  /** `unset`: an optional one that no source has. */
  readonly state: 'ok' | 'unset' | 'missing' | 'invalid' | 'unreadable';
  readonly problem: Problem | undefined;
}

const states = {
  SETTINGS_MISSING: 'missing',
  SETTINGS_INVALID: 'invalid',
  SETTINGS_UNREADABLE: 'unreadable',
} as const;

/** Asks every source about every setting, and whether what they say can be used. Never a value. */
export async function surveySettings<T extends Declarations>(
  settings: LoadedSettings<T>,
): Promise<readonly SettingReport[]> {
  const explanations = await settings.survey();
  const problems = new Map<string, Problem>();
  try {
    await settings.load();
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    for (const problem of error.problems) problems.set(problem.name, problem);
  }
  return explanations.map((explanation) => {
    const problem = problems.get(explanation.name);
    const state =
      problem === undefined ? (explanation.source === undefined ? 'unset' : 'ok') : states[problem.code];
    return { ...explanation, state, problem };
  });
}

/**
 * Loads the settings, all of which are needed.
 *
 * @throws CommandError with every problem, and with the exit code of what Vault said when that is the reason
 */
export async function loadAll<T extends Declarations>(settings: LoadedSettings<T>): Promise<ValuesOf<T>> {
  try {
    return await settings.load();
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    const code = settings.state.failures[0]?.code;
    const exitCode = code === undefined ? exitCodes.configuration : exitCodeOfSource(code);
    throw new CommandError(exitCode, `${error.code} ${error.message}`, { cause: error });
  }
}

/** A source is Vault: nothing else fails to answer. */
const exitCodeOfSource = (code: SourceErrorCode) =>
  code === 'SOURCE_DENIED' ? exitCodeOf(new SourceError(code, '')) : exitCodes.unavailable;
