import { formatValue } from '../go/format-value.js';
import type { JsonMap, JsonValue } from '../json/json-value.js';
import { type FieldType, type FieldValues, fieldDecoders } from './field-types.js';
import { DecodeError } from './weak-decode.js';

/** The fields that a path takes, by name. */
export type FieldSchema = Readonly<Record<string, FieldType>>;

/** The fields of one request. */
export class Fields<TSchema extends FieldSchema> {
  constructor(
    private readonly schema: TSchema,
    private readonly values: JsonMap,
  ) {}

  /** The value of a field, or undefined where the request does not name it. */
  get<TName extends keyof TSchema & string>(name: TName): FieldValues[TSchema[TName]] | undefined {
    const raw = this.values.get(name);
    if (raw === undefined || !Object.hasOwn(this.schema, name)) return undefined;
    const type: TSchema[TName] = this.schema[name] as TSchema[TName]; // the index is one of its own keys
    return fieldDecoders[type](raw);
  }

  has(name: keyof TSchema & string): boolean {
    return this.values.has(name) && Object.hasOwn(this.schema, name);
  }

  /** The value as it came. */
  raw(name: string): JsonValue | undefined {
    return this.values.get(name);
  }

  /** Everything that came, fields of the path or not. */
  all(): JsonMap {
    return this.values;
  }

  /** @returns what is wrong with the first field that does not fit, if any */
  problem(): string | undefined {
    for (const [name, raw] of this.values) {
      const type = Object.hasOwn(this.schema, name) ? this.schema[name] : undefined;
      if (type === undefined) continue;
      try {
        fieldDecoders[type](raw);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        return `error converting input ${formatValue(raw)} for field "${name}": ${error.message}`;
      }
    }
    return undefined;
  }
}
