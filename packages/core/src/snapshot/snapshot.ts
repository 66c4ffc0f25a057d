import type { Breather } from '../breather.js';
import type { Setting } from '../definition/definition.js';

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
const redacted = '[secret]';

/**
 * Makes the frozen object that application code reads. Its properties are plain ones, so reading a setting
 * costs what reading any property costs.
 *
 * Secrets lie one step up the prototype chain, and are not enumerable: `Object.keys`, spreading,
 * `JSON.stringify`, `console.dir` with hidden properties and whatever else walks over an object's own
 * properties do not come upon them; `console.log` and `JSON.stringify` show that they are there.
 *
 * @param readerOf gives for each secret, by its name, what is called at every read of it
 */
export function* makeSnapshot(
  title: string,
  values: readonly { readonly setting: Setting; readonly value: unknown }[],
  readerOf?: ReaderOf,
): SnapshotMaking {
  // No more than what is shown: not all that is known of the values, nor the snapshot, which its prototypes outlive.
  const settings = values.map(({ setting }) => setting);
  const plain = new Map<string, unknown>();
  const shown = () =>
    Object.fromEntries(
      settings.map(({ kind, name }) => [name, kind === 'secret' ? redacted : plain.get(name)]),
    );
  const text = `[Settings of ${title}]`;
  const manners = Object.create(null, {
    [inspectCustom]: hidden(
      (_depth: number, options: object, inspect: (v: unknown, o: object) => string) =>
        `${text} ${inspect(shown(), options)}`,
    ),
    toJSON: hidden(shown),
    toString: hidden(() => text),
    [Symbol.toPrimitive]: hidden(() => text),
    [Symbol.toStringTag]: hidden('Settings'),
  }) as object;
  const secrets = Object.create(Object.freeze(manners)) as object;
  const snapshot = Object.create(secrets) as object;
  for (const { setting, value } of values) {
    yield;
    const { kind, name } = setting;
    if (kind === 'plain') {
      plain.set(name, value);
      Object.defineProperty(snapshot, name, { value, enumerable: true });
    } else
      Object.defineProperty(
        secrets,
        name,
        readerOf === undefined ? hidden(value) : watched(value, readerOf(name)),
      );
  }
  Object.freeze(secrets);
  return Object.freeze(snapshot);
}

/** Gives for a secret, by its name, what is called at every read of it. */
export type ReaderOf = (name: string) => () => void;

/** A snapshot that is being made: between any two settings there may be a pause. */
export type SnapshotMaking = Generator<undefined, object, undefined>;

/** Makes it without a pause. */
export function atOnce(making: SnapshotMaking): object {
  let step = making.next();
  while (step.done !== true) step = making.next();
  return step.value;
}

/** Makes it without holding the event loop. */
export async function inSlices(making: SnapshotMaking, breather: Breather): Promise<object> {
  let step = making.next();
  while (step.done !== true) {
    if (breather.due) await breather.pause();
    step = making.next();
  }
  return step.value;
}

const hidden = (value: unknown): PropertyDescriptor => ({ value, enumerable: false });

const watched = (value: unknown, read: () => void): PropertyDescriptor => ({
  get() {
    read();
    return value;
  },
  enumerable: false,
});
