import type { $ZodType, output } from 'zod/v4/core';
import { StrongroomError } from './errors.js';
import type { LeasedPlace } from './leased-place.js';
import { hidesDefault } from './schema.js';
import { checkSegment } from './segment.js';

/** What happens when a source could not be asked: take a later source or the default, or refuse to start. */
export type OnSourceError = 'fallback' | 'throw';

/** What happens when a value was deleted where it came from: keep the last one, or look further, as at a start. */
export type OnDeletion = 'keep' | 'drop';

/** Where a setting lies in a store of secrets: a group, and the key inside it. */
export interface Place {
  readonly group: string;
  readonly key: string;
}

/** `group/key`; the group may itself have several segments. */
export type PlaceText = `${string}/${string}`;

interface SettingBase<S extends $ZodType> {
  readonly schema: S;
  readonly description: string | undefined;
  readonly onSourceError: OnSourceError | undefined;
  readonly onDeletion: OnDeletion | undefined;
  /** Where it is leased, instead of a place. A source that leases nothing has no place for it. */
  readonly lease: LeasedPlace | undefined;
}

/** A declared secret. Made by {@link secret}. */
export interface SecretDeclaration<S extends $ZodType = $ZodType> extends SettingBase<S> {
  readonly kind: 'secret';
  /** Undefined for one that is leased. */
  readonly place: Place | undefined;
  readonly default: undefined;
  readonly developmentDefault: output<S> | undefined;
}

/** A declared setting that is no secret. Made by {@link plain}. */
export interface PlainDeclaration<S extends $ZodType = $ZodType> extends SettingBase<S> {
  readonly kind: 'plain';
  readonly place: Place | undefined;
  readonly default: output<S> | undefined;
  readonly developmentDefault: undefined;
}

export type Declaration<S extends $ZodType = $ZodType> = SecretDeclaration<S> | PlainDeclaration<S>;
export type Declarations = Readonly<Record<string, Declaration>>;

/** One named, typed value that an application asks for; its name is also its environment variable's. */
export type Setting = Declaration & { readonly name: string };

/** The type of the snapshot that a set of declarations leads to. */
export type ValuesOf<T extends Declarations> = { readonly [K in keyof T]: output<T[K]['schema']> };

/** What an application declares once: its name, its environments, its settings. */
export interface Definition<T extends Declarations = Declarations, E extends string = string> {
  readonly application: string;
  readonly environments: readonly E[];
  readonly settings: { readonly [K in keyof T]: T[K] & { readonly name: K & string } };
}

/** The type of the snapshot of a definition: `SettingsOf<typeof definition>`. */
export type SettingsOf<D> = D extends Definition<infer T> ? ValuesOf<T> : never;

export interface SecretOptions<S extends $ZodType> {
  /** What it is for: one sentence, shown by tools. */
  readonly description?: string;
  /** Used in the environment `development` only, when no source has a value. */
  readonly developmentDefault?: NoInfer<output<S>>;
  /** Overrides the resolver's rule for this setting. */
  readonly onSourceError?: OnSourceError;
  /** Overrides the resolver's rule for this setting. */
  readonly onDeletion?: OnDeletion;
}

export interface PlainOptions<S extends $ZodType> {
  /** What it is for: one sentence, shown by tools. */
  readonly description?: string;
  /** Used when no source has a value. */
  readonly default?: NoInfer<output<S>>;
  /** Where Vault may hold or lease it. Without a place, Vault is not asked. */
  readonly place?: PlaceText | LeasedPlace;
  /** Overrides the resolver's rule for this setting. */
  readonly onSourceError?: OnSourceError;
  /** Overrides the resolver's rule for this setting. */
  readonly onDeletion?: OnDeletion;
}

/**
 * Declares a secret: it is redacted wherever a snapshot is printed, and it has no default.
 *
 * @param place where Vault holds it, as `group/key`, or where it is leased, as {@link leased} says
 * @param schema a zod schema; its output type is the type of the value
 * @throws StrongroomError `DEFINITION_INVALID` when the place is no `group/key`
 * @example secret('database/url', z.url())
 */
export function secret<S extends $ZodType>(
  place: PlaceText | LeasedPlace,
  schema: S,
  options: SecretOptions<S> = {},
): SecretDeclaration<S> {
  return Object.freeze({
    kind: 'secret',
    schema,
    ...placeOf(place),
    default: undefined,
    developmentDefault: options.developmentDefault,
    description: options.description,
    onSourceError: options.onSourceError,
    onDeletion: options.onDeletion,
  });
}

/**
 * Declares a setting that is no secret: it may have a default and is shown when a snapshot is printed.
 *
 * @param schema a zod schema; its output type is the type of the value
 * @throws StrongroomError `DEFINITION_INVALID` when the place is no `group/key`
 * @example plain(z.enum(['debug', 'info']), { default: 'info' })
 */
export function plain<S extends $ZodType>(schema: S, options: PlainOptions<S> = {}): PlainDeclaration<S> {
  return Object.freeze({
    kind: 'plain',
    schema,
    ...placeOf(options.place),
    default: options.default,
    developmentDefault: undefined,
    description: options.description,
    onSourceError: options.onSourceError,
    onDeletion: options.onDeletion,
  });
}

/**
 * Declares what an application needs, once. The types of the snapshot follow from it.
 *
 * @throws StrongroomError `DEFINITION_INVALID` for a name, an environment or a schema that cannot work
 */
export function defineSettings<const T extends Declarations, const E extends string>(declared: {
  /** The application's name: the first segment of its paths in Vault. */
  readonly application: string;
  /** Every environment that the application may run in. */
  readonly environments: readonly E[];
  readonly settings: T;
}): Definition<T, E> {
  checkSegment('The application', declared.application);
  if (declared.environments.length === 0) throw invalid('The definition names no environment');
  for (const environment of declared.environments) checkSegment('The environment', environment);

  // Written as a plain property, this name sets the prototype, and the setting would vanish without a word.
  if (![Object.prototype, null].includes(Object.getPrototypeOf(declared.settings))) checkName('__proto__');
  const settings = Object.fromEntries(
    Object.entries(declared.settings).map(([name, declaration]) => {
      checkName(name);
      if (hidesDefault(declaration.schema)) {
        throw invalid(
          `The schema of ${name} makes a value out of nothing, which would hide it from provenance; ` +
            'declare `default` beside the schema instead of .default(), .prefault() or .catch()',
        );
      }
      return [name, Object.freeze({ ...declaration, name })];
    }),
  );
  return Object.freeze({
    application: declared.application,
    environments: Object.freeze([...declared.environments]),
    // Object.fromEntries forgets which key belongs to which declaration.
    settings: Object.freeze(settings) as unknown as Definition<T, E>['settings'],
  });
}

// `then` would make a snapshot a thenable, `toJSON` would take part in its serialisation.
const reservedNames = new Set([...Object.getOwnPropertyNames(Object.prototype), 'toJSON', 'then']);

function checkName(name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || reservedNames.has(name)) {
    throw invalid(
      `"${name}" cannot name a setting: a name is also an environment variable's, ` +
        'made of letters, digits and underscores, and is no property of every object',
    );
  }
}

function placeOf(place: PlaceText | LeasedPlace | undefined): Pick<Declaration, 'place' | 'lease'> {
  if (place === undefined) return { place, lease: undefined };
  if (typeof place === 'string') return { place: parsePlace(place), lease: undefined };
  return { place: undefined, lease: place };
}

function parsePlace(text: string): Place {
  const slash = text.lastIndexOf('/');
  if (slash < 1) throw invalid(`The place "${text}" is not of the form group/key`);
  const group = text.slice(0, slash);
  const key = text.slice(slash + 1);
  for (const segment of [...group.split('/'), key]) checkSegment('A segment of a place', segment);
  return Object.freeze({ group, key });
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('DEFINITION_INVALID', message);
}
