import { jsonProblem } from '../go/json-problem.js';
import { JsonSyntaxError, parseFirstJson } from '../json/json-parser.js';
import { isJsonArray, isJsonMap, type JsonMap, JsonNumber, type JsonValue } from '../json/json-value.js';
import { type Answer, errorAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';

/** What a field of a body can be. */
interface BodyValues {
  readonly string: string;
  readonly int: number;
  readonly bool: boolean;
  readonly '[]string': readonly string[];
}

/** What a body consists of, under the names that Vault's messages use. */
export interface BodyShape {
  readonly name: string;
  readonly fields: Readonly<Record<string, keyof BodyValues>>;
}

/** A body that fits its shape; what it does not name is empty, 0 or false. */
export class JsonBody<TShape extends BodyShape> {
  constructor(
    private readonly shape: TShape,
    private readonly values: ReadonlyMap<string, string | number | boolean | readonly string[]>,
  ) {}

  get<TName extends keyof TShape['fields'] & string>(name: TName): BodyValues[TShape['fields'][TName]] {
    const empty = { string: '', int: 0, bool: false, '[]string': [] };
    const type: keyof BodyValues | undefined = this.shape.fields[name];
    // the reader put nothing there that is not of the type of the field
    return (this.values.get(name) ?? empty[type ?? 'string']) as BodyValues[TShape['fields'][TName]];
  }
}

const kindOf = (value: JsonValue): string => {
  if (value instanceof JsonNumber) return 'number';
  if (typeof value === 'boolean') return 'bool';
  return isJsonArray(value) ? 'array' : isJsonMap(value) ? 'object' : 'string';
};

/** Reads one field; throws a text that says what stands there in place of what. */
class Misfit extends Error {
  constructor(found: string, wanted: string) {
    super(`cannot unmarshal ${found} into Go struct field FIELD of type ${wanted}`);
  }
}

function readField(value: JsonValue, type: keyof BodyValues): string | number | boolean | readonly string[] {
  if (type === 'string' && typeof value === 'string') return value;
  if (type === 'bool' && typeof value === 'boolean') return value;
  if (type === 'int' && value instanceof JsonNumber) {
    if (/^-?\d+$/.test(value.text)) return Number(value.text);
    throw new Misfit(`number ${value.text}`, 'int');
  }
  if (type === '[]string' && isJsonArray(value)) {
    return value.map((item) => {
      if (typeof item === 'string') return item;
      if (item === null) return '';
      throw new Misfit(kindOf(item), 'string');
    });
  }
  throw new Misfit(kindOf(value), type);
}

function readFields<TShape extends BodyShape>(body: JsonMap, shape: TShape): JsonBody<TShape> | Answer {
  const values = new Map<string, string | number | boolean | readonly string[]>();
  let misfit: string | undefined;
  for (const [key, value] of body) {
    const name = Object.keys(shape.fields).find((field) => field.toLowerCase() === key.toLowerCase());
    const type = name === undefined ? undefined : shape.fields[name];
    if (name === undefined || type === undefined || value === null) continue;
    try {
      values.set(name, readField(value, type));
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      misfit ??= error.message.replace('FIELD', `${shape.name}.${name}`);
    }
  }
  if (misfit !== undefined) return errorAnswer(400, `failed to parse JSON input: json: ${misfit}`);
  return new JsonBody(shape, values);
}

/** The body of a request to an endpoint outside the logical core. One that is empty is refused like a broken one. */
export function readJsonBody<TShape extends BodyShape>(
  request: HttpRequest,
  shape: TShape,
  { mayBeEmpty = false } = {},
): JsonBody<TShape> | Answer {
  if (request.body === undefined) {
    return errorAnswer(413, 'failed to parse JSON input: http: request body too large');
  }
  const text = request.body.toString('utf8');
  try {
    const value = parseFirstJson(text);
    if (value === undefined && !mayBeEmpty) return errorAnswer(400, 'EOF');
    if (value === undefined || value === null) return new JsonBody(shape, new Map());
    if (isJsonMap(value)) return readFields(value, shape);
    return errorAnswer(
      400,
      `failed to parse JSON input: json: cannot unmarshal ${kindOf(value)} into Go value of type http.${shape.name}`,
    );
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return errorAnswer(400, `failed to parse JSON input: ${jsonProblem(text)}`);
  }
}
