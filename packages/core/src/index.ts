export type { Binding, BindOptions } from './binding.js';
export { parseBoolean } from './boolean.js';
export { Breather } from './breather.js';
export type { SourceAsked } from './chain.js';
export { checkResolver } from './check-resolver.js';
export { type Clock, systemClock } from './clock.js';
export { defaultsSource } from './defaults-source.js';
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
} from './definition.js';
export type { DiagnosticsMessage } from './diagnostics.js';
export { type EnvironmentVariables, environmentSource } from './environment-source.js';
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
} from './errors.js';
export type { SettingExplanation, SourceReport } from './explanation.js';
export { type LeasedOptions, type LeasedPlace, leased } from './leased-place.js';
export type { Logger } from './logger.js';
export { nearMiss } from './near-miss.js';
export { checkOptions, type OptionFault, type OptionNames, optionFaults } from './option-names.js';
export type { Place, PlaceText } from './place.js';
export type { SettingChange } from './resolution.js';
export { createResolver, Resolver } from './resolver.js';
export { type EnvironmentOf, type ResolverOptions, resolverDefaults } from './resolver-options.js';
export type {
  BindFailure,
  Health,
  RefreshReport,
  ResolverEvents,
  ResolverState,
  RolloutDecision,
} from './resolver-state.js';
export { chosenNames } from './setting-names.js';
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
} from './source.js';
export type { SourceFailure } from './source-failure.js';
export { text } from './text.js';
export { checkTimes } from './times.js';
