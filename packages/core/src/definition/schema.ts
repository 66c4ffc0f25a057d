import type { $ZodType, $ZodTypes } from 'zod/v4/core';

/** A kind of value that a schema takes in, as far as its text form is concerned. */
export type InputKind = 'text' | 'number' | 'bigint' | 'boolean' | 'date' | 'json' | 'null' | 'anything';

/** What a schema takes in. */
export interface AcceptedInput {
  readonly kinds: ReadonlySet<InputKind>;
  /** The only texts that it takes in, where it does not take in any text: an enum's and literals'. */
  readonly texts: ReadonlySet<string>;
}

/**
 * What a schema takes in. Read from the schema's definition, so that a value is coerced towards what the
 * schema wants and not by trial and error.
 */
export function acceptedInput(schema: $ZodType): AcceptedInput {
  const accepted = { kinds: new Set<InputKind>(), texts: new Set<string>() };
  collect(schema, accepted, new Set());
  return accepted;
}

/** Whether a setting may be missing: its schema says so, outermost. */
export function acceptsNothing(schema: $ZodType, seen: ReadonlySet<$ZodType> = new Set()): boolean {
  const { def } = internals(schema);
  switch (def.type) {
    case 'optional':
    case 'undefined':
    case 'void':
      return true;
    case 'literal':
      return def.values.includes(undefined);
    case 'nullable':
    case 'readonly':
      return acceptsNothing(def.innerType, seen);
    case 'pipe':
      return acceptsNothing(def.in, seen);
    case 'union':
      return def.options.some((option) => acceptsNothing(option, seen));
    case 'lazy':
      // A schema that is made of itself: what it is beyond that decides.
      return !seen.has(schema) && acceptsNothing(def.getter(), new Set([...seen, schema]));
    default:
      return false;
  }
}

/** Whether a schema makes a value out of nothing by itself, so that no source could be named for it. */
export function hidesDefault(schema: $ZodType, seen: ReadonlySet<$ZodType> = new Set()): boolean {
  const { def } = internals(schema);
  switch (def.type) {
    case 'default':
    case 'prefault':
    case 'catch':
      return true;
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'readonly':
      return hidesDefault(def.innerType, seen);
    case 'pipe':
      return hidesDefault(def.in, seen) || hidesDefault(def.out, seen);
    case 'union':
      return def.options.some((option) => hidesDefault(option, seen));
    case 'lazy':
      return !seen.has(schema) && hidesDefault(def.getter(), new Set([...seen, schema]));
    default:
      return false;
  }
}

/** What the text that a setting must be has to look like, where it is one text and nothing else. */
export function outermostString(schema: $ZodType): Readonly<Record<string, unknown>> | undefined {
  const { def } = internals(schema);
  switch (def.type) {
    case 'string':
      return { ...def };
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'readonly':
      return outermostString(def.innerType);
    case 'pipe':
      return outermostString(def.in);
    default:
      return undefined;
  }
}

/** Whether what comes out of a schema may be something other than what went in. */
export function transforms(schema: $ZodType): boolean {
  const { def } = internals(schema);
  switch (def.type) {
    case 'pipe':
    case 'transform':
    case 'success':
    case 'promise':
    case 'lazy':
      return true;
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'readonly':
    case 'default':
    case 'prefault':
    case 'catch':
      return transforms(def.innerType);
    case 'union':
      return def.options.some(transforms);
    case 'intersection':
      return transforms(def.left) || transforms(def.right);
    case 'array':
      return transforms(def.element);
    case 'set':
      return transforms(def.valueType);
    case 'object':
      return [...Object.values(def.shape), ...present(def.catchall)].some(transforms);
    case 'record':
    case 'map':
      return transforms(def.keyType) || transforms(def.valueType);
    case 'tuple':
      return [...def.items, ...present(def.rest)].some(transforms);
    default:
      return false;
  }
}

const present = (schema: $ZodType | null | undefined): readonly $ZodType[] =>
  schema === null || schema === undefined ? [] : [schema];

function internals(schema: $ZodType): $ZodTypes['_zod'] {
  // $ZodTypes is zod's own list of all schemas, to narrow by `def.type`; $ZodType is their common face.
  return (schema as $ZodTypes)._zod;
}

interface Accepted {
  readonly kinds: Set<InputKind>;
  readonly texts: Set<string>;
}

function collect(schema: $ZodType, accepted: Accepted, seen: Set<$ZodType>): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  const { kinds } = accepted;
  const { def } = internals(schema);
  switch (def.type) {
    case 'string':
    case 'template_literal':
      kinds.add('text');
      return;
    case 'number':
    case 'nan':
      kinds.add('number');
      return;
    case 'bigint':
    case 'boolean':
    case 'date':
    case 'null':
      kinds.add(def.type);
      return;
    case 'object':
    case 'array':
    case 'tuple':
    case 'record':
      kinds.add('json');
      return;
    case 'enum':
    case 'literal':
      // zod's own set of what it compares with: of a numeric enum, not the names that TypeScript adds.
      for (const value of internals(schema).values ?? []) collectLiteral(value, accepted);
      return;
    case 'nullable':
      kinds.add('null');
      collect(def.innerType, accepted, seen);
      return;
    case 'optional':
    case 'nonoptional':
    case 'readonly':
    case 'promise':
    case 'success':
      collect(def.innerType, accepted, seen);
      return;
    case 'pipe':
      collect(def.in, accepted, seen);
      return;
    case 'lazy':
      collect(def.getter(), accepted, seen);
      return;
    case 'union':
      for (const option of def.options) collect(option, accepted, seen);
      return;
    case 'intersection':
      collect(def.left, accepted, seen);
      collect(def.right, accepted, seen);
      return;
    case 'undefined':
    case 'void':
    case 'never':
      return;
    default:
      kinds.add('anything');
  }
}

function collectLiteral(value: unknown, { kinds, texts }: Accepted): void {
  switch (typeof value) {
    case 'string':
      texts.add(value);
      return;
    case 'number':
    case 'bigint':
    case 'boolean':
      kinds.add(typeof value as 'number' | 'bigint' | 'boolean');
      return;
    default:
      if (value === null) kinds.add('null');
  }
}
