import type { Setting } from '../definition/definition.js';
import type { Problem, SettingExplanation } from '../index.js';
import type { Patience } from '../patience.js';
import type { Resolved } from '../resolution/resolution.js';
import { type Validation, validate, validateDefault, validateNothing } from '../resolution/validation.js';
import type { HandedSetting } from './handover.js';

/**
 * What a setting comes to that was handed over: validated by this side's definition, explained by the other side.
 *
 * @param last what holds already: the very value is kept where it is the same
 */
export async function resolveHanded(
  setting: Setting,
  handed: HandedSetting | undefined,
  patience: Patience,
  last: Resolved | undefined,
): Promise<Resolved | Problem> {
  const { name, kind } = setting;
  if (handed === undefined) {
    const hint = 'Name it in `only` where it is shared, or leave it out of `only` where it is received.';
    const reason = `this ${kind === 'secret' ? 'secret' : 'setting'} is not handed over`;
    return { code: 'SETTINGS_MISSING', name, reason, tried: [], hints: [hint] };
  }
  const { deleted, raw } = handed;
  const explanation = whole(handed.explanation);
  const { source, locator = '', version } = explanation;
  const origin =
    source === undefined ? undefined : { source, locator, ...(version === undefined ? {} : { version }) };
  const told = { setting, raw: raw?.value, deleted, origin, known: undefined, evidence: explanation };
  if (last !== undefined && last.origin?.source === source && last.raw === told.raw) {
    return { ...told, value: last.value };
  }
  const validated = await validateHanded(setting, handed, patience);
  if (validated.ok) return { ...told, value: validated.value };
  return {
    code: 'SETTINGS_INVALID',
    name,
    reason: `the value ${validated.reason} here, and was valid where it was handed over`,
    ...(origin === undefined ? {} : { at: origin }),
    tried: [],
    hints: ['Use one definition on both sides.'],
  };
}

function validateHanded(
  setting: Setting,
  { explanation, raw }: HandedSetting,
  patience: Patience,
): Validation {
  if (raw !== undefined) return validate(setting, raw.value, patience);
  if (explanation.source !== 'defaults') return validateNothing(setting, patience);
  const { default: declared, developmentDefault } = setting;
  return validateDefault(setting, declared === undefined ? developmentDefault?.() : declared, patience);
}

/** What says that it is undefined is not in the text of a handover. */
const whole = (told: SettingExplanation): SettingExplanation =>
  Object.freeze({
    ...{ source: undefined, locator: undefined, version: undefined, readAt: undefined },
    ...told,
    overrides: Object.freeze(told.overrides.map((report) => Object.freeze(report))),
    sources: Object.freeze(told.sources.map((report) => Object.freeze(report))),
  });
