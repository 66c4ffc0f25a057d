import type { VaultCore } from '../core/vault-core.js';
import type { JsonValue } from '../json/json-value.js';
import type { Fields } from '../logical/fields.js';
import { failure, refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { lookupProblem } from '../tokens/token-shape.js';

const FIELDS = { token: 'string', accessor: 'string', path: 'commaStrings', paths: 'commaStrings' } as const;

/** `capabilities`, `capabilities-self` and `capabilities-accessor`: what a token may do with paths. */
export const capabilityPaths = (core: VaultCore): readonly BackendPath[] => {
  const answer = (fields: Fields<typeof FIELDS>, id: string): LogicalResponse => {
    const named = fields.get('paths') ?? [];
    const paths = named.length > 0 ? named : (fields.get('path') ?? []);
    if (paths.length === 0) throw refusal('paths must be supplied');
    const data = new Map(paths.map((path): [string, JsonValue] => [path, capabilitiesOf(id, path)]));
    const [first] = paths;
    if (paths.length === 1 && first !== undefined) data.set('capabilities', data.get(first) ?? null);
    return { data };
  };
  const capabilitiesOf = (id: string, path: string): string[] => {
    if (path === '') throw failure('missing path', 400);
    const problem = lookupProblem(id);
    if (problem !== undefined) throw failure(problem);
    const token = core.tokens.find(id);
    if (token === undefined) throw failure('invalid token', 400);
    return core.aclOf(token).capabilities(path);
  };
  return [
    definePath({
      pattern: /^capabilities-accessor$/,
      fields: FIELDS,
      operations: {
        update: ({ fields }) => {
          const accessor = fields.get('accessor') ?? '';
          if (accessor === '') throw refusal('missing accessor');
          const token = core.tokens.findByAccessor(accessor);
          if (token === undefined) throw failure('invalid accessor', 400);
          return answer(fields, token.id);
        },
      },
    }),
    definePath({
      pattern: /^capabilities$/,
      fields: FIELDS,
      operations: {
        update: ({ fields }) => {
          const id = fields.get('token') ?? '';
          if (id === '') throw failure('no token found');
          return answer(fields, id);
        },
      },
    }),
    definePath({
      pattern: /^capabilities-self$/,
      fields: FIELDS,
      operations: {
        update: ({ fields, request }) => answer(fields, request.clientToken),
      },
    }),
  ];
};
