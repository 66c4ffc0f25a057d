import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import { asSourceError } from '../resolution/chain.js';
import type { SettingChange } from '../resolution/resolution.js';
import { undisturbed } from '../undisturbed.js';
import { type Binding, ResourceBinding } from './binding.js';
import type { BindFailure, ResolverEvents } from './resolver-state.js';
import type { ResolverStatus } from './resolver-status.js';

/** What the bindings of a resolver need of it. */
export interface BindingsSurroundings {
  readonly events: EventEmitter<ResolverEvents>;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  readonly status: ResolverStatus;
}

/** All that is bound to a resolver: each hears of its settings, and closes with the resolver. */
export class Bindings {
  readonly #surroundings: BindingsSurroundings;
  readonly #open = new Set<Pick<Binding<unknown>, 'close'>>();

  constructor(surroundings: BindingsSurroundings) {
    this.#surroundings = surroundings;
  }

  /** @throws whatever the first build throws */
  add<R>(
    names: ReadonlySet<string>,
    build: () => R | PromiseLike<R>,
    dispose: ((resource: R) => unknown) | undefined,
  ): Promise<Binding<R>> {
    const { events, clock } = this.#surroundings;
    const changed = (changes: readonly SettingChange[]) => {
      if (changes.some(({ name }) => names.has(name))) binding.renew();
    };
    const binding = new ResourceBinding<R>({
      build,
      dispose,
      clock,
      failed: (what, thrown) => this.#failed([...names], what, thrown),
      closed: () => {
        events.off('change', changed);
        this.#open.delete(binding);
      },
    });
    events.on('change', changed);
    this.#open.add(binding);
    return binding.start();
  }

  /** Closes each, and waits until nobody uses one. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((binding) => binding.close()));
  }

  #failed(settings: readonly string[], what: BindFailure['what'], thrown: unknown): void {
    const { logger, status } = this.#surroundings;
    const reason = asSourceError(thrown).message;
    const words = what === 'build' ? 'the old one goes on' : 'it may still hold handles';
    undisturbed(() => logger?.error({ settings, reason }, `a bound resource failed to ${what}: ${words}`));
    status.tell('bindFailed', { settings, what, reason });
  }
}
