import type { Setting } from './definition.js';

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
 * @param onRead told of each read of a secret; reading one then costs a call
 */
export function createSnapshot(
  title: string,
  values: readonly { readonly setting: Setting; readonly value: unknown }[],
  onRead?: (name: string) => void,
): object {
  const shown = () =>
    Object.fromEntries(
      values.map(({ setting, value }) => [setting.name, setting.kind === 'secret' ? redacted : value]),
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
  const secrets = Object.freeze(Object.create(Object.freeze(manners), described('secret')) as object);
  return Object.freeze(Object.create(secrets, described('plain')) as object);

  function described(kind: Setting['kind']): PropertyDescriptorMap {
    return Object.fromEntries(
      values
        .filter(({ setting }) => setting.kind === kind)
        .map(({ setting: { name }, value }) => [
          name,
          kind === 'secret' && onRead !== undefined
            ? watched(name, value, onRead)
            : { value, enumerable: kind === 'plain' },
        ]),
    );
  }
}

const hidden = (value: unknown): PropertyDescriptor => ({ value, enumerable: false });

const watched = (name: string, value: unknown, onRead: (name: string) => void): PropertyDescriptor => ({
  get() {
    onRead(name);
    return value;
  },
  enumerable: false,
});
