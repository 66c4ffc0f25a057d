import type { Channel } from 'node:diagnostics_channel';
import {
  type Clock,
  type DiagnosticsMessage,
  type EnvironmentVariables,
  isStrongroomError,
  type Logger,
  type RolloutDecision,
  StrongroomError,
} from '@strongroom/core';
import { holdProcess } from './hold.js';
import { instanceOf, standingOf } from './instance.js';
import type { UseVault, VaultMode } from './use-vault.js';
import { warn } from './warning.js';

/** How long a function that decides about Vault is waited for, in milliseconds. */
const decisionDeadlineMs = 2_000;

/** What a function that decides about Vault is told. */
export interface VaultModeContext {
  readonly application: string;
  readonly environment: string;
  /** The id of this instance. */
  readonly instance: string;
  /** Aborted when nobody waits for the decision any more. */
  readonly signal: AbortSignal;
}

/** Decides about Vault instead of the variable USE_VAULT; true is `on`, false is `off`. */
export type DecideVaultMode = (context: VaultModeContext) => Promise<VaultMode | boolean>;

/** What the decision is made from. */
export interface RolloutCircumstances {
  readonly application: string;
  readonly environment: string;
  readonly variables: EnvironmentVariables;
  /** What the variable says. */
  readonly useVault: UseVault;
  readonly instance: string | undefined;
}

/** What the variable decides. */
export function decidedByVariable(circumstances: RolloutCircumstances): RolloutDecision {
  const { application, variables, useVault } = circumstances;
  if ('mode' in useVault) {
    const text = variables['USE_VAULT']?.trim();
    const reason = text ? `USE_VAULT=${text}` : 'USE_VAULT is not set';
    return Object.freeze({ source: 'vault', mode: useVault.mode, decidedBy: 'variable', reason });
  }
  const { share } = useVault;
  const instance = instanceOf(variables, circumstances.instance);
  const standing = standingOf(application, instance);
  // Rounded down: nobody shall read 25.00 for one that is in the first quarter.
  const shown = (Math.floor(standing * 100) / 100).toFixed(2);
  return Object.freeze({
    source: 'vault',
    mode: standing < share ? 'on' : 'shadow',
    decidedBy: 'share',
    reason: `USE_VAULT=${share}%, and ${instance} stands at ${shown}`,
    instance,
  });
}

/**
 * What the application's function decides; where it fails or is late, what the variable decides, with a warning.
 *
 * @param circumstances.deadlineMs it is not waited for longer than this, nor than 2 s
 */
export async function decidedByFunction(
  decide: DecideVaultMode,
  circumstances: RolloutCircumstances & {
    readonly deadlineMs: number;
    readonly clock: Clock;
    readonly logger: Logger | undefined;
  },
): Promise<RolloutDecision> {
  const { application, environment, variables, clock, logger } = circumstances;
  const instance = instanceOf(variables, circumstances.instance);
  try {
    const said = await inTime(
      (signal) => decide({ application, environment, instance, signal }),
      Math.min(decisionDeadlineMs, circumstances.deadlineMs),
      clock,
    );
    const mode = modeOf(said);
    return Object.freeze({
      source: 'vault',
      mode,
      decidedBy: 'function',
      reason: 'vaultMode says so',
      instance,
    });
  } catch (thrown) {
    const failure = `vaultMode did not decide: ${reasonOf(thrown)}`;
    const fallback = decidedByVariable(circumstances);
    warn('VAULT_MODE_UNDECIDED', `${failure}. So it is ${fallback.mode}: ${fallback.reason}`, logger);
    return Object.freeze({ ...fallback, reason: `${fallback.reason}; ${failure}`, instance });
  }
}

/** Kept: in Node.js 20 one that is collected may take its successor, with all who subscribed to it, along. */
let channel: Channel | undefined;

/** Tells of a decision on the diagnostics channel of its event, and to the logger. */
export function announce(
  decision: RolloutDecision,
  { application, environment }: Pick<RolloutCircumstances, 'application' | 'environment'>,
  logger: Logger | undefined,
): void {
  const { mode, reason } = decision;
  channel ??= process.getBuiltinModule('node:diagnostics_channel').channel('strongroom:rollout');
  const message: DiagnosticsMessage<'rollout'> = { application, environment, details: [decision] };
  if (channel.hasSubscribers) channel.publish(message);
  logger?.info(decision, `Vault is ${mode === 'shadow' ? 'only compared' : mode}: ${reason}`);
}

function modeOf(said: unknown): VaultMode {
  if (typeof said === 'boolean') return said ? 'on' : 'off';
  if (said === 'on' || said === 'shadow' || said === 'off') return said;
  throw new StrongroomError('SETTINGS_INVALID', 'it said none of on, shadow, off, true and false');
}

/** A stranger's message may hold anything. */
function reasonOf(thrown: unknown): string {
  if (isStrongroomError(thrown)) return thrown.message;
  return `it threw (${thrown instanceof Error ? thrown.constructor.name : typeof thrown})`;
}

function inTime<R>(ask: (signal: AbortSignal) => Promise<R>, deadlineMs: number, clock: Clock): Promise<R> {
  const controller = new AbortController();
  const letGo = holdProcess();
  return new Promise<R>((resolve, reject) => {
    const callOff = clock.after(deadlineMs, () => {
      const late = new StrongroomError('SOURCE_UNAVAILABLE', `no answer within ${deadlineMs / 1000} s`);
      controller.abort(late);
      reject(late);
    });
    Promise.resolve(controller.signal).then(ask).then(resolve, reject).finally(callOff);
  }).finally(letGo);
}
