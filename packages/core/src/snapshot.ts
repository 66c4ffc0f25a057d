import type { Setting } from './definition.js';

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
const redacted = '[secret]';

/**
 * Makes the frozen object that application code reads. Its properties are plain ones, so reading a setting
 * costs what reading any property costs.
 *
 * Secrets are not enumerable: `Object.keys`, spreading, `JSON.stringify`, `console.table` and whatever else
 * walks over an object do not come upon them; `console.log` and `JSON.stringify` show that they are there.
 */
export function createSnapshot(
  title: string,
  values: readonly { readonly setting: Setting; readonly value: unknown }[],
): object {
  const shown = () =>
    Object.fromEntries(
      values.map(({ setting, value }) => [setting.name, setting.kind === 'secret' ? redacted : value]),
    );
  const text = `[Settings of ${title}]`;
  const proto = Object.create(null, {
    [inspectCustom]: hidden(
      (_depth: number, options: object, inspect: (v: unknown, o: object) => string) =>
        `${text} ${inspect(shown(), options)}`,
    ),
    toJSON: hidden(shown),
    toString: hidden(() => text),
    [Symbol.toPrimitive]: hidden(() => text),
    [Symbol.toStringTag]: hidden('Settings'),
  }) as object;
  const snapshot = Object.create(proto) as Record<string, unknown>;
  for (const { setting, value } of values) {
    Object.defineProperty(snapshot, setting.name, { value, enumerable: setting.kind === 'plain' });
  }
  return Object.freeze(snapshot);
}

const hidden = (value: unknown): PropertyDescriptor => ({ value, enumerable: false });
