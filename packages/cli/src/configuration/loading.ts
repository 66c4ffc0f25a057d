import {
  type ConfigurationError,
  type Declarations,
  isConfigurationError,
  type Problem,
  type SettingExplanation,
  type ValuesOf,
} from '@strongroom/core';
import type { LoadedSettings } from '@strongroom/node';
import { CommandError } from '../command-error.js';
import { exitCodeOfVault, exitCodes } from '../exit-code.js';

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

/**
 * Asks every source about every setting, and whether what they say can be used. Never a value.
 *
 * @returns the error is the one with which an application would not start
 */
export async function surveySettings<T extends Declarations>(
  settings: LoadedSettings<T>,
): Promise<{ readonly reports: readonly SettingReport[]; readonly error: ConfigurationError | undefined }> {
  const loading = settings.load().then(
    () => undefined,
    (thrown: unknown) => {
      if (isConfigurationError(thrown)) return thrown;
      throw thrown;
    },
  );
  // At one time, so that both share what is read, and what does not answer is waited for once.
  const [explanations, error] = await Promise.all([settings.survey(), loading]);
  const problems = new Map(error?.problems.map((problem) => [problem.name, problem]));
  const reports = explanations.map((explanation): SettingReport => {
    const problem = problems.get(explanation.name);
    const state =
      problem === undefined ? (explanation.source === undefined ? 'unset' : 'ok') : states[problem.code];
    return { ...explanation, state, problem };
  });
  return { reports, error };
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
    // A source is Vault: nothing else fails to answer. A value or a variable that is wrong is wrong before that.
    const exitCode =
      code === undefined || error.code === 'SETTINGS_INVALID'
        ? exitCodes.configuration
        : exitCodeOfVault(code);
    throw new CommandError(exitCode, `${error.code} ${error.message}`, { cause: error });
  }
}
