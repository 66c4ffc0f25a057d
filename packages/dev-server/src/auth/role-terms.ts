import { shownAddress } from '../go/cidr.js';
import type { JsonRecord } from '../json/json-value.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';
import { withoutUndefined } from '../logical/without-undefined.js';
import { sanitizePolicies } from '../policies/sanitize-policies.js';
import {
  addressProblem,
  changeSettings,
  NO_SETTINGS,
  settingsView,
  type TOKEN_FIELDS,
  type TokenSettings,
} from './token-settings.js';

/** What was set by the older names of fields; answers show it under them, too. */
export interface OlderFields {
  readonly policies?: readonly string[];
  readonly ttl?: number;
  readonly max_ttl?: number;
  readonly period?: number;
  readonly num_uses?: number;
  readonly bound_cidrs?: readonly string[];
}

/** The older names, and what is read there. An auth method takes some of them. */
export const OLDER_FIELDS = {
  policies: 'commaStrings',
  ttl: 'duration',
  max_ttl: 'duration',
  period: 'duration',
  num_uses: 'int',
  bound_cidrs: 'commaStrings',
} as const;

/** The fields of a request: the newer ones, and those of the older ones that the auth method takes. */
interface TermFields extends Pick<Fields<typeof TOKEN_FIELDS>, 'has'> {
  get(name: 'policies' | 'bound_cidrs'): readonly string[] | undefined;
  get(name: 'ttl' | 'max_ttl' | 'period' | 'num_uses'): number | undefined;
}

/** The settings of an auth role, with what of them was set by older names. */
export interface RoleTerms {
  readonly settings: TokenSettings;
  readonly older: OlderFields;
}

export const NO_TERMS: RoleTerms = { settings: NO_SETTINGS, older: {} };

/** What counts of an older field: a newer one takes its place, and fills it where both are given. */
function upgraded<TValue>(
  known: TValue | undefined,
  older: TValue | undefined,
  newer: TValue | undefined,
): TValue | undefined {
  if (newer === undefined) return older ?? known;
  return older === undefined ? undefined : newer;
}

function olderFields(known: OlderFields, settings: TokenSettings, fields: TermFields): OlderFields {
  const policies = fields.get('policies');
  const ifGiven = <TValue>(name: keyof typeof TOKEN_FIELDS, value: TValue): TValue | undefined =>
    fields.has(name) ? value : undefined;
  return withoutUndefined({
    policies: upgraded(
      known.policies,
      policies === undefined ? undefined : sanitizePolicies(policies, false),
      ifGiven('token_policies', settings.policies),
    ),
    ttl: upgraded(known.ttl, fields.get('ttl'), ifGiven('token_ttl', settings.ttl)),
    max_ttl: upgraded(known.max_ttl, fields.get('max_ttl'), ifGiven('token_max_ttl', settings.maxTtl)),
    period: upgraded(known.period, fields.get('period'), ifGiven('token_period', settings.period)),
    num_uses: upgraded(known.num_uses, fields.get('num_uses'), ifGiven('token_num_uses', settings.numUses)),
    bound_cidrs: upgraded(
      known.bound_cidrs,
      fields.get('bound_cidrs'),
      ifGiven('token_bound_cidrs', settings.boundCidrs),
    ),
  });
}

/** The settings with what older fields say of them. @throws LogicalFault for what is no address */
export function withOlderFields(known: OlderFields, settings: TokenSettings, fields: TermFields): RoleTerms {
  const wrong = fields.has('token_bound_cidrs') ? undefined : addressProblem(fields.get('bound_cidrs') ?? []);
  if (wrong !== undefined) throw refusal(wrong);
  const older = olderFields(known, settings, fields);
  return {
    settings: {
      ...settings,
      policies: older.policies ?? settings.policies,
      ttl: older.ttl ?? settings.ttl,
      maxTtl: older.max_ttl ?? settings.maxTtl,
      period: older.period ?? settings.period,
      numUses: older.num_uses ?? settings.numUses,
      boundCidrs: older.bound_cidrs ?? settings.boundCidrs,
    },
    older,
  };
}

/** The terms that a request leaves: what it names changes, the rest stays. @throws LogicalFault */
export const changeTerms = (known: RoleTerms, fields: Fields<typeof TOKEN_FIELDS> & TermFields): RoleTerms =>
  withOlderFields(known.older, changeSettings(known.settings, fields), fields);

/** The terms as answers show them; older fields where they say something. */
export const termsView = ({ older, settings }: RoleTerms): JsonRecord => ({
  ...settingsView(settings),
  ...withoutUndefined({
    policies: older.policies?.length ? settings.policies : undefined,
    ttl: older.ttl || undefined,
    max_ttl: older.max_ttl || undefined,
    period: older.period || undefined,
    num_uses: older.num_uses || undefined,
    bound_cidrs: older.bound_cidrs?.length ? older.bound_cidrs.map(shownAddress) : undefined,
  }),
});
