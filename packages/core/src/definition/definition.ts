// Over 250 lines: the types of a definition, and what makes one, read together.
import type { $ZodType, output } from 'zod/v4/core';
import { isStrongroomError, StrongroomError } from '../errors/errors.js';
import { checkOptions } from '../option-names.js';
import type { LeasedPlace } from './leased-place.js';
import { type Place, type PlaceText, readPlace } from './place.js';
import { checkRuleNames } from './rule-names.js';
import { hidesDefault } from './schema.js';
import { checkSegment } from './segment.js';
import { text } from './text.js';
import { checkSchema } from './zod-schema.js';

/** What happens when a source could not be asked: take a later source or the default, or refuse to start. */
export type OnSourceError = 'fallback' | 'throw';

/** What happens when a value was deleted where it came from: keep the last one, or look further, as at a start. */
export type OnDeletion = 'keep' | 'drop';

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
  /** Gives the default. A function, so that nothing that prints a definition shows it. */
  readonly developmentDefault: (() => output<S>) | undefined;
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
 * Declares a secret: it is redacted wherever a snapshot is printed, and it has no default. What is wrong with it is
 * thrown by {@link defineSettings}, which knows its name.
 *
 * @param place where Vault holds it, as `group/key`, or where it is leased, as {@link leased} says
 * @param schema a zod schema; its output type is the type of the value. @default {@link text}, any that is not empty
 * @example secret('database/url', z.url())
 */
export function secret(place: PlaceText | LeasedPlace): SecretDeclaration<typeof text>;
export function secret<S extends $ZodType>(
  place: PlaceText | LeasedPlace,
  schema: S,
  options?: SecretOptions<S>,
): SecretDeclaration<S>;
export function secret(
  place: PlaceText | LeasedPlace,
  ...given: [schema?: $ZodType, options?: SecretOptions<$ZodType>]
): SecretDeclaration {
  // A schema that was given and is undefined is a mistyped name, and no wish for text.
  const [schema, options = {}] = given.length === 0 ? [text] : given;
  return declare('secret', () => {
    if (isObject(options) && 'default' in options) {
      throw invalid('A secret has no default; developmentDefault is one for the environment development');
    }
    checkOptions('secret()', options, {
      description: true,
      developmentDefault: true,
      onSourceError: true,
      onDeletion: true,
    });
    checkRuleNames(options);
    checkSchema('secret()', schema);
    const { developmentDefault } = options;
    return {
      kind: 'secret',
      schema,
      ...readPlace(place),
      default: undefined,
      developmentDefault: developmentDefault === undefined ? undefined : () => developmentDefault,
      description: options.description,
      onSourceError: options.onSourceError,
      onDeletion: options.onDeletion,
    };
  });
}

/**
 * Declares a setting that is no secret: it may have a default and is shown when a snapshot is printed. What is wrong
 * with it is thrown by {@link defineSettings}, which knows its name.
 *
 * @param schema a zod schema; its output type is the type of the value. @default {@link text}, any that is not empty
 * @example plain(z.enum(['debug', 'info']), { default: 'info' })
 */
export function plain(): PlainDeclaration<typeof text>;
export function plain<S extends $ZodType>(schema: S, options?: PlainOptions<S>): PlainDeclaration<S>;
export function plain(...given: [schema?: $ZodType, options?: PlainOptions<$ZodType>]): PlainDeclaration {
  const [schema, options = {}] = given.length === 0 ? [text] : given;
  return declare('plain', () => {
    checkOptions('plain()', options, {
      description: true,
      default: true,
      place: true,
      onSourceError: true,
      onDeletion: true,
    });
    checkRuleNames(options);
    checkSchema('plain()', schema);
    return {
      kind: 'plain',
      schema,
      ...(options.place === undefined ? noPlace : readPlace(options.place)),
      default: options.default,
      developmentDefault: undefined,
      description: options.description,
      onSourceError: options.onSourceError,
      onDeletion: options.onDeletion,
    };
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
  checkOptions('defineSettings()', declared, { application: true, environments: true, settings: true });
  checkSegment('The application', declared.application);
  if (!Array.isArray(declared.environments)) throw invalid('The environments are not given as a list');
  if (declared.environments.length === 0) throw invalid('The definition names no environment');
  for (const environment of declared.environments) checkSegment('The environment', environment);
  if (!isObject(declared.settings)) throw invalid('The settings are not given as an object');

  // Written as a plain property, this name sets the prototype, and the setting would vanish without a word.
  if (![Object.prototype, null].includes(Object.getPrototypeOf(declared.settings))) checkName('__proto__');
  const settings = Object.fromEntries(
    Object.entries(declared.settings).map(([name, declaration]) => {
      checkName(name);
      checkDeclaration(name, declaration);
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

/** A declaration that cannot work is told by defineSettings, which knows its name; the cause says where it stands. */
function declare<D extends Declaration>(kind: D['kind'], make: () => D): D {
  try {
    return Object.freeze(make());
  } catch (fault) {
    if (!isStrongroomError(fault)) throw fault;
    // Nobody but defineSettings sees it, and there it ends.
    return Object.freeze({ kind, fault }) as unknown as D;
  }
}

function checkDeclaration(name: string, declaration: Declaration): void {
  const { fault } = (isObject(declaration) ? declaration : {}) as { readonly fault?: unknown };
  if (isStrongroomError(fault)) throw invalid(`The setting ${name} cannot work. ${fault.message}`, fault);
  if (!isObject(declaration) || !('kind' in declaration && 'developmentDefault' in declaration)) {
    throw invalid(`The setting ${name} is not made by secret(place, schema) or plain(schema)`);
  }
  if (hidesDefault(declaration.schema)) {
    throw invalid(
      `The schema of ${name} makes a value out of nothing, which would hide it from provenance; ` +
        'declare `default` beside the schema instead of .default(), .prefault() or .catch()',
    );
  }
}

/** @throws StrongroomError `DEFINITION_INVALID` for what `defineSettings` has not made */
export function checkDefinition(owner: string, definition: Definition): void {
  const { environments, settings }: { environments?: unknown; settings?: unknown } = isObject(definition)
    ? definition
    : {};
  const named =
    Array.isArray(environments) &&
    isObject(settings) &&
    Object.entries(settings).every(([name, each]) => isNamed(each, name));
  if (!named) throw invalid(`${owner} wants a definition, as defineSettings() makes it`);
}

const isNamed = (setting: unknown, name: string): boolean => isObject(setting) && setting['name'] === name;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const noPlace = { place: undefined, lease: undefined };

function invalid(message: string, cause?: unknown): StrongroomError {
  return new StrongroomError('DEFINITION_INVALID', message, cause === undefined ? undefined : { cause });
}
