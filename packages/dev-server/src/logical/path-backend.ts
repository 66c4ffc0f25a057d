import type { JsonMap, JsonValue } from '../json/json-value.js';
import type { Backend, BackendAnswer } from './backend.js';
import { type FieldSchema, Fields } from './fields.js';
import { failure, refusal, unsupportedOperation, unsupportedPath } from './logical-fault.js';
import type { LogicalRequest, Operation } from './logical-request.js';

/** One request to one path. */
export interface Call<TSchema extends FieldSchema> {
  readonly fields: Fields<TSchema>;
  readonly request: LogicalRequest;
}

/** A path of a backend: a pattern whose named groups are fields, more fields, and what can be done. */
export interface PathDefinition<TSchema extends FieldSchema> {
  readonly pattern: RegExp;
  readonly fields: TSchema;
  /** Which of the fields the path takes; absent for all. Others that come are ignored. */
  readonly only?: readonly (keyof TSchema & string)[];
  readonly operations: {
    readonly [TOperation in Operation]?: (call: Call<TSchema>) => BackendAnswer;
  };
  /** Whether what a write goes to is there already. With it, fields are checked before the policies. */
  readonly exists?: (call: Call<TSchema>) => boolean;
}

/** A path whose fields are no longer in its type, so that paths of different fields fit in one list. */
export interface BackendPath {
  readonly pattern: RegExp;
  handle(request: LogicalRequest, values: JsonMap): BackendAnswer;
  exists(request: LogicalRequest, values: JsonMap): boolean | undefined;
}

export function definePath<const TSchema extends FieldSchema>(
  definition: PathDefinition<TSchema>,
): BackendPath {
  const { only } = definition;
  const taken = (values: JsonMap): JsonMap =>
    only === undefined ? values : new Map([...values].filter(([name]) => only.some((kept) => kept === name)));
  return {
    pattern: definition.pattern,
    handle(request, values) {
      const handler = definition.operations[request.operation];
      if (handler === undefined) throw unsupportedOperation();
      const fields = new Fields(definition.fields, taken(values));
      const problem = fields.problem();
      if (problem !== undefined) throw failure(problem);
      return handler({ fields, request });
    },
    exists(request, values) {
      if (definition.exists === undefined) return undefined;
      const fields = new Fields(definition.fields, values);
      const problem = fields.problem();
      if (problem !== undefined) throw refusal(problem);
      return definition.exists({ fields, request });
    },
  };
}

/** Of every path that there is. */
const HELP = {
  data: { help: 'This server has no help texts.', openapi: null, see_also: null },
} as const;

/** A backend made of paths; the first whose pattern matches is taken. */
export class PathBackend implements Backend {
  readonly unauthenticated: readonly string[];
  readonly root: readonly string[];

  constructor(
    private readonly paths: readonly BackendPath[],
    special: { readonly unauthenticated?: readonly string[]; readonly root?: readonly string[] } = {},
  ) {
    this.unauthenticated = special.unauthenticated ?? [];
    this.root = special.root ?? [];
  }

  exists(request: LogicalRequest): boolean | undefined {
    const found = this.find(request);
    return found?.path.exists(request, found.values);
  }

  handle(request: LogicalRequest): BackendAnswer {
    if (request.operation === 'help' && request.path === '') return HELP;
    const found = this.find(request);
    if (found === undefined) throw unsupportedPath();
    return request.operation === 'help' ? HELP : found.path.handle(request, found.values);
  }

  private find(request: LogicalRequest): { path: BackendPath; values: JsonMap } | undefined {
    for (const path of this.paths) {
      const match = path.pattern.exec(request.path);
      if (match === null) continue;
      // What the path says comes before what the body says.
      const values = new Map<string, JsonValue>(request.data);
      for (const [name, value] of Object.entries(match.groups ?? {})) values.set(name, value ?? '');
      return { path, values };
    }
    return undefined;
  }
}
