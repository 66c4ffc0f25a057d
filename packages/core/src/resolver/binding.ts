import type { Clock } from '../clock.js';
import { StrongroomError } from '../errors/errors.js';

/** How long after a build that failed the next one begins, in milliseconds; it doubles up to the second number. */
const retryMs = { first: 1_000, most: 60_000 };

/** A resource that follows the settings that it is built from. */
export interface Binding<R> extends AsyncDisposable {
  /**
   * The resource of now, for a use that is over before anything is awaited.
   *
   * @throws StrongroomError `RESOLVER_CLOSED`
   */
  readonly current: R;
  /**
   * Works with the resource of now, which is not disposed of before the work is over, whatever changes
   * meanwhile.
   *
   * @returns what the work returns
   * @throws StrongroomError `RESOLVER_CLOSED`; and whatever the work throws
   */
  use<T>(work: (resource: R) => T | PromiseLike<T>): Promise<T>;
  /** Ends following; waits until nobody uses the resource and disposes of it. Final. */
  close(): Promise<void>;
}

export interface BindOptions<R> {
  /**
   * Lets go of a resource that another one has replaced, when nobody uses it any longer.
   * @default its `Symbol.asyncDispose` or `Symbol.dispose`, if it has one
   */
  readonly dispose?: (resource: R) => unknown;
}

/** What a binding needs of whoever makes it. */
export interface BindingSurroundings<R> {
  readonly build: () => R | PromiseLike<R>;
  readonly dispose: ((resource: R) => unknown) | undefined;
  readonly clock: Clock;
  /** Told of a build after the first one, or of a disposal, that failed. */
  readonly failed: (what: 'build' | 'dispose', thrown: unknown) => void;
  /** Told of each build that succeeded. */
  readonly built: () => void;
  /** Told when it is closed, by whomever. */
  readonly closed: () => void;
}

/** One build of the resource, and those who use it. */
interface Generation<R> {
  readonly resource: R;
  users: number;
  /** Called when the last user has gone. */
  unused: (() => void) | undefined;
}

/** The binding: built once, rebuilt when asked to, one build at a time. */
export class ResourceBinding<R> implements Binding<R> {
  readonly #surroundings: BindingSurroundings<R>;
  #generation: Generation<R> | undefined;
  #building: Promise<void> | undefined;
  #outdated = true;
  #retry: (() => void) | undefined;
  #retries = 0;
  readonly #retiring = new Set<Promise<void>>();
  #closed: Promise<void> | undefined;

  constructor(surroundings: BindingSurroundings<R>) {
    this.#surroundings = surroundings;
  }

  /** @throws whatever the first build throws */
  async start(): Promise<this> {
    try {
      this.#building = this.#build();
      await this.#building;
      this.#open();
      return this;
    } catch (thrown) {
      await this.close();
      throw thrown;
    }
  }

  get current(): R {
    return this.#open().resource;
  }

  async use<T>(work: (resource: R) => T | PromiseLike<T>): Promise<T> {
    const generation = this.#open();
    generation.users += 1;
    try {
      return await work(generation.resource);
    } finally {
      generation.users -= 1;
      if (generation.users === 0) generation.unused?.();
    }
  }

  /** The settings have changed. */
  renew(): void {
    if (this.#closed !== undefined) return;
    this.#retry?.();
    this.#outdated = true;
    this.#building ??= this.#build();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#surroundings.closed();
    this.#retry?.();
    await this.#building?.catch(() => undefined);
    await Promise.all([...this.#retiring, this.#generation && this.#retire(this.#generation)]);
  }

  async #build(): Promise<void> {
    // Whoever called keeps the promise first: a build may throw at once.
    await undefined;
    while (this.#outdated) {
      this.#outdated = false;
      try {
        const resource = await this.#surroundings.build();
        const old = this.#generation;
        this.#generation = { resource, users: 0, unused: undefined };
        this.#retries = 0;
        this.#surroundings.built();
        if (old === undefined) continue;
        const retiring = this.#retire(old).finally(() => this.#retiring.delete(retiring));
        this.#retiring.add(retiring);
      } catch (thrown) {
        if (this.#generation === undefined) throw thrown;
        this.#surroundings.failed('build', thrown);
        if (!this.#outdated) this.#tryLater();
      }
    }
    this.#building = undefined;
  }

  /** The old resource goes on meanwhile: whoever takes the new value may not know it yet. */
  #tryLater(): void {
    if (this.#closed !== undefined) return;
    const waitMs = Math.min(retryMs.most, retryMs.first * 2 ** this.#retries);
    this.#retries += 1;
    const callOff = this.#surroundings.clock.after(waitMs * (1 - Math.random() * 0.5), () => this.renew());
    this.#retry = () => {
      this.#retry = undefined;
      callOff();
    };
  }

  async #retire(generation: Generation<R>): Promise<void> {
    if (generation.users > 0) {
      await new Promise<void>((resolve) => {
        generation.unused = resolve;
      });
    }
    try {
      await disposal(generation.resource, this.#surroundings.dispose);
    } catch (thrown) {
      this.#surroundings.failed('dispose', thrown);
    }
  }

  #open(): Generation<R> {
    if (this.#closed !== undefined || this.#generation === undefined) {
      throw new StrongroomError('RESOLVER_CLOSED', 'The binding is closed: make a new one');
    }
    return this.#generation;
  }
}

function disposal<R>(resource: R, dispose: ((resource: R) => unknown) | undefined): unknown {
  if (dispose !== undefined) return dispose(resource);
  const { [Symbol.asyncDispose]: later, [Symbol.dispose]: now } = Object(resource) as Partial<
    AsyncDisposable & Disposable
  >;
  return (later ?? now)?.call(resource);
}
