import { shownAddress, wrongAddress } from '../go/cidr.js';
import { quote } from '../go/format-value.js';
import type { JsonRecord } from '../json/json-value.js';
import type { AuthGrant } from '../logical/auth-grant.js';
import type { Fields } from '../logical/fields.js';
import { refusal } from '../logical/logical-fault.js';

/** On what terms an auth role gives tokens. Durations are seconds, 0 for not set. */
export interface TokenSettings {
  readonly boundCidrs: readonly string[];
  readonly explicitMaxTtl: number;
  readonly maxTtl: number;
  readonly noDefaultPolicy: boolean;
  readonly numUses: number;
  readonly period: number;
  /** As they were given; a login puts them in order. */
  readonly policies: readonly string[];
  readonly ttl: number;
  readonly type: string;
}

/** The fields that all auth roles have in common. */
export const TOKEN_FIELDS = {
  token_bound_cidrs: 'commaStrings',
  token_explicit_max_ttl: 'duration',
  token_max_ttl: 'duration',
  token_no_default_policy: 'bool',
  token_num_uses: 'int',
  token_period: 'duration',
  token_policies: 'commaStrings',
  token_ttl: 'duration',
  token_type: 'string',
} as const;

export const NO_SETTINGS: TokenSettings = {
  boundCidrs: [],
  explicitMaxTtl: 0,
  maxTtl: 0,
  noDefaultPolicy: false,
  numUses: 0,
  period: 0,
  policies: [],
  ttl: 0,
  type: 'default',
};

const TYPES = new Set(['default', 'service', 'batch']);

/** What is wrong with the first text that is no address. */
export function addressProblem(addresses: readonly string[]): string | undefined {
  const wrong = wrongAddress(addresses);
  if (wrong === undefined) return undefined;
  const why = `Unable to convert ${quote(wrong)} to an IPv4 or IPv6 address, or a UNIX Socket`;
  return `error parsing address ${quote(wrong)}: ${why}`;
}

function checkSettings(settings: TokenSettings): void {
  const wrong = addressProblem(settings.boundCidrs);
  if (wrong !== undefined) throw refusal(wrong);
  if (!TYPES.has(settings.type)) throw refusal(`invalid 'token_type' value "${settings.type}"`);
  if (settings.numUses < 0) throw refusal("'token_num_uses' cannot be negative");
  if (settings.type === 'batch') checkBatch(settings);
  if (settings.ttl > 0 && settings.maxTtl > 0 && settings.ttl > settings.maxTtl) {
    throw refusal("'token_ttl' cannot be greater than 'token_max_ttl'");
  }
}

function checkBatch(settings: TokenSettings): void {
  const refuse = (what: string): Error =>
    refusal(`'token_type' cannot be 'batch' or 'default_batch' when set to generate ${what}`);
  if (settings.period !== 0) throw refuse('periodic tokens');
  if (settings.numUses !== 0) throw refuse('tokens with limited use count');
}

/** The settings that a request leaves: what it names changes, the rest stays. @throws LogicalFault */
export function changeSettings(known: TokenSettings, fields: Fields<typeof TOKEN_FIELDS>): TokenSettings {
  const type = fields.get('token_type');
  const settings: TokenSettings = {
    boundCidrs: fields.get('token_bound_cidrs') ?? known.boundCidrs,
    explicitMaxTtl: fields.get('token_explicit_max_ttl') ?? known.explicitMaxTtl,
    maxTtl: fields.get('token_max_ttl') ?? known.maxTtl,
    noDefaultPolicy: fields.get('token_no_default_policy') ?? known.noDefaultPolicy,
    numUses: fields.get('token_num_uses') ?? known.numUses,
    period: fields.get('token_period') ?? known.period,
    policies: fields.get('token_policies') ?? known.policies,
    ttl: fields.get('token_ttl') ?? known.ttl,
    type: type === undefined ? known.type : type || 'default',
  };
  checkSettings(settings);
  return settings;
}

/** The settings as answers show them. */
export const settingsView = (settings: TokenSettings): JsonRecord => ({
  token_bound_cidrs: settings.boundCidrs.map(shownAddress),
  token_explicit_max_ttl: settings.explicitMaxTtl,
  token_max_ttl: settings.maxTtl,
  token_no_default_policy: settings.noDefaultPolicy,
  token_num_uses: settings.numUses,
  token_period: settings.period,
  token_policies: settings.policies,
  token_ttl: settings.ttl,
  token_type: settings.type,
});

/** What of a grant the settings decide. */
export const grantFrom = (
  settings: TokenSettings,
): Pick<
  AuthGrant,
  | 'policies'
  | 'ttl'
  | 'maxTtl'
  | 'period'
  | 'explicitMaxTtl'
  | 'numUses'
  | 'boundCidrs'
  | 'noDefaultPolicy'
  | 'tokenType'
> => ({
  policies: settings.policies,
  ttl: settings.ttl,
  maxTtl: settings.maxTtl,
  period: settings.period,
  explicitMaxTtl: settings.explicitMaxTtl,
  numUses: settings.numUses,
  boundCidrs: settings.boundCidrs,
  noDefaultPolicy: settings.noDefaultPolicy,
  tokenType: settings.type,
});
