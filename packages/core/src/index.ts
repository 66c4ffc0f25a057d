export { Breather } from './breather.js';
export { type Clock, systemClock } from './clock.js';
export {
  checkDefinition,
  type Declaration,
  type Declarations,
  type Definition,
  defineSettings,
  type OnDeletion,
  type OnSourceError,
  type PlainDeclaration,
  type PlainOptions,
  plain,
  type SecretDeclaration,
  type SecretOptions,
  type Setting,
  type SettingsOf,
  secret,
  type ValuesOf,
} from './definition/definition.js';
export { type LeasedOptions, type LeasedPlace, leased } from './definition/leased-place.js';
export type { Place, PlaceText } from './definition/place.js';
export { text } from './definition/text.js';
export type { DiagnosticsMessage } from './diagnostics.js';
export {
  ConfigurationError,
  type ErrorCode,
  type ErrorEntry,
  errorTable,
  isConfigurationError,
  isSourceError,
  isStrongroomError,
  type Problem,
  SourceError,
  type SourceErrorCode,
  StrongroomError,
} from './errors/errors.js';
export type { Logger } from './logger.js';
export { nearMiss } from './near-miss.js';
export { checkOptions, type OptionFault, type OptionNames, optionFaults } from './option-names.js';
export { parseBoolean } from './resolution/boolean.js';
export type { SourceAsked } from './resolution/chain.js';
export type { SettingChange } from './resolution/resolution.js';
export type { Binding, BindOptions } from './resolver/binding.js';
export { checkResolver } from './resolver/check-resolver.js';
export { createResolver, Resolver } from './resolver/resolver.js';
export { type EnvironmentOf, type ResolverOptions, resolverDefaults } from './resolver/resolver-options.js';
export type {
  BindFailure,
  Health,
  RefreshReport,
  ResolverEvents,
  ResolverState,
  RolloutDecision,
} from './resolver/resolver-state.js';
export { chosenNames } from './setting-names.js';
export type { SettingExplanation, SourceReport } from './snapshot/explanation.js';
export { defaultsSource } from './source/defaults-source.js';
export { type EnvironmentVariables, environmentSource } from './source/environment-source.js';
export type {
  AbsenceReason,
  Absent,
  Failed,
  Found,
  Known,
  Lookup,
  LookupContext,
  Misconfigured,
  Source,
  SourceActivity,
  SourceChanged,
  SourceEvent,
  Unchanged,
} from './source/source.js';
export type { SourceFailure } from './source/source-failure.js';
export { checkTimes } from './times.js';
