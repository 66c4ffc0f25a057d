import {
  type Declarations,
  type Definition,
  Resolver,
  type ResolverOptions,
  type RolloutDecision,
} from '@strongroom/core';
import type { Shadow, ShadowReport } from '@strongroom/core/shadow';

/** The resolver that `loadSettings` makes: it also says whether Vault is used. */
export class LoadedSettings<T extends Declarations> extends Resolver<T> {
  /** Whether this process uses Vault, and why. */
  readonly rollout: RolloutDecision;
  readonly #shadow: Shadow | undefined;

  /** @param compare begins to compare Vault with what this resolver serves */
  constructor(
    definition: Definition<T>,
    options: ResolverOptions,
    rollout: RolloutDecision,
    compare?: (resolver: Resolver<T>) => Shadow,
  ) {
    super(definition, options);
    this.rollout = rollout;
    this.#shadow = compare?.(this);
  }

  /** What comparing Vault with what is served came to since the start; undefined unless Vault is in shadow. */
  get shadow(): ShadowReport | undefined {
    return this.#shadow?.report();
  }
}
