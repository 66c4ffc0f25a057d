import type { Problem } from '../index.js';
import type { SettingExplanation } from '../snapshot/explanation.js';
import type { SourceFailure } from '../source/source-failure.js';

/** What a resolver hands over to another thread or process: all that the other one knows. Holds values. */
export interface Handover {
  readonly application: string;
  readonly environment: string;
  /** Of one that is not among them, what was said before still holds. */
  readonly settings: readonly HandedSetting[];
  readonly failures: readonly SourceFailure[];
  /** What was found not to be valid, so that what was handed over before still holds. */
  readonly refused: readonly Problem[];
  /** Why nothing may be served any longer. */
  readonly expired: string | undefined;
}

/** One setting of a handover. */
export interface HandedSetting {
  readonly explanation: SettingExplanation;
  /** It was deleted where it came from, and is kept. */
  readonly deleted: boolean;
  /** As the source gave it, where it is another than was handed over before; a default is known to both sides. */
  readonly raw: { readonly value: unknown } | undefined;
}

/** A handover as text, for any channel. */
export const writeHandover = (handover: Handover): string =>
  JSON.stringify(handover, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

/**
 * Reads a handover.
 *
 * @returns undefined for what is none
 */
export function readHandover(text: unknown): Handover | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const told: unknown = JSON.parse(text);
    if (!isObject(told)) return undefined;
    const { application, environment, settings, failures, refused, expired } = told;
    const shaped =
      isText(application) &&
      isText(environment) &&
      isListOf(settings, isSetting) &&
      isListOf(failures, isFailure) &&
      isListOf(refused, isProblem) &&
      (expired === undefined || isText(expired));
    // Each field was looked at, which the compiler does not put together.
    return shaped ? (told as unknown as Handover) : undefined;
  } catch {
    // The parser's message quotes what it could not parse.
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isListOf = (value: unknown, of: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(of);

const isSetting = (item: unknown): boolean =>
  isObject(item) &&
  isObject(item['explanation']) &&
  isText(item['explanation']['name']) &&
  isListOf(item['explanation']['sources'], isObject) &&
  isListOf(item['explanation']['overrides'], isObject) &&
  typeof item['deleted'] === 'boolean' &&
  (item['raw'] === undefined || isObject(item['raw']));

const isFailure = (item: unknown): boolean =>
  isObject(item) &&
  ['source', 'code', 'message'].every((name) => isText(item[name])) &&
  isListOf(item['settings'], isText);

const isProblem = (item: unknown): boolean =>
  isObject(item) &&
  ['code', 'name', 'reason'].every((name) => isText(item[name])) &&
  isListOf(item['tried'], isObject) &&
  isListOf(item['hints'], isText);
