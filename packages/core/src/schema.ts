import type { $ZodType, $ZodTypes } from 'zod/v4/core';

/** What a schema takes in, as far as its text form is concerned. */
export type InputKind = 'text' | 'number' | 'bigint' | 'boolean' | 'date' | 'json' | 'null' | 'anything';

/**
 * What a schema takes in. Read from the schema's definition, so that a value is coerced towards what the
 * schema wants and not by trial and error.
 */
export function inputKinds(schema: $ZodType): ReadonlySet<InputKind> {
  const kinds = new Set<InputKind>();
  collect(schema, kinds, new Set());
  return kinds;
}

/** Whether a setting may be missing: its schema says so, outermost. */
export function acceptsNothing(schema: $ZodType): boolean {
  const { def } = internals(schema);
  switch (def.type) {
    case 'optional':
    case 'undefined':
    case 'void':
      return true;
    case 'nullable':
    case 'readonly':
      return acceptsNothing(def.innerType);
    case 'pipe':
      return acceptsNothing(def.in);
    case 'union':
      return def.options.some(acceptsNothing);
    default:
      return false;
  }
}

/** Whether a schema makes a value out of nothing by itself, so that no source could be named for it. */
export function hidesDefault(schema: $ZodType): boolean {
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
      return hidesDefault(def.innerType);
    case 'pipe':
      return hidesDefault(def.in) || hidesDefault(def.out);
    default:
      return false;
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
      return transforms(def.innerType);
    case 'union':
      return def.options.some(transforms);
    case 'intersection':
      return transforms(def.left) || transforms(def.right);
    case 'array':
      return transforms(def.element);
    case 'object':
      return Object.values(def.shape).some(transforms);
    case 'record':
      return transforms(def.valueType);
    case 'tuple':
      return def.items.some(transforms);
    default:
      return false;
  }
}

function internals(schema: $ZodType): $ZodTypes['_zod'] {
  // $ZodTypes is zod's own list of all schemas, to narrow by `def.type`; $ZodType is their common face.
  return (schema as $ZodTypes)._zod;
}

function collect(schema: $ZodType, kinds: Set<InputKind>, seen: Set<$ZodType>): void {
  if (seen.has(schema)) return;
  seen.add(schema);
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
      for (const value of Object.values(def.entries)) kinds.add(kindOfLiteral(value));
      return;
    case 'literal':
      for (const value of def.values) kinds.add(kindOfLiteral(value));
      return;
    case 'nullable':
      kinds.add('null');
      collect(def.innerType, kinds, seen);
      return;
    case 'optional':
    case 'nonoptional':
    case 'readonly':
    case 'promise':
    case 'success':
      collect(def.innerType, kinds, seen);
      return;
    case 'pipe':
      collect(def.in, kinds, seen);
      return;
    case 'lazy':
      collect(def.getter(), kinds, seen);
      return;
    case 'union':
      for (const option of def.options) collect(option, kinds, seen);
      return;
    case 'intersection':
      collect(def.left, kinds, seen);
      collect(def.right, kinds, seen);
      return;
    case 'undefined':
    case 'void':
    case 'never':
      return;
    default:
      kinds.add('anything');
  }
}

function kindOfLiteral(value: unknown): InputKind {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
    case 'bigint':
    case 'boolean':
      return typeof value as 'number' | 'bigint' | 'boolean';
    default:
      return value === null ? 'null' : 'anything';
  }
}
