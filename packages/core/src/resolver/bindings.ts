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
    const { events, clock, logger } = this.#surroundings;
    const settings = [...names];
    let complaint: string | undefined;
    const changed = (changes: readonly SettingChange[]) => {
      if (changes.some(({ name }) => names.has(name))) binding.renew();
    };
    const binding = new ResourceBinding<R>({
      build,
      dispose,
      clock,
      failed: (what, thrown) => {
        const failure = { settings, what, reason: asSourceError(thrown).message };
        // It is tried again every minute, which need not be told every minute.
        if (what === 'dispose' || failure.reason !== complaint) this.#complain(failure);
        if (what === 'build') complaint = failure.reason;
        this.#surroundings.status.tell('bindFailed', failure);
      },
      built: () => {
        if (complaint === undefined) return;
        complaint = undefined;
        undisturbed(() => logger?.info({ settings }, 'a bound resource follows its settings again'));
      },
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

  #complain({ settings, what, reason }: BindFailure): void {
    const words = what === 'build' ? 'the old one goes on' : 'it may still hold handles';
    undisturbed(() =>
      this.#surroundings.logger?.error({ settings, reason }, `a bound resource failed to ${what}: ${words}`),
    );
  }
}
