import type { VaultCore } from '../core/vault-core.js';
import { refusal } from '../logical/logical-fault.js';
import type { LogicalResponse } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { PolicyError, parsePolicy } from '../policies/policy-parser.js';

const IMMUTABLE = new Set(['root', 'response-wrapping', 'control-group']);
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const decoded = (text: string): string =>
  BASE64.test(text) ? Buffer.from(text, 'base64').toString('utf8') : text;

function set(core: VaultCore, name: string, text: string): void {
  if (text === '') throw refusal("'policy' parameter not supplied or empty");
  try {
    const policy = decoded(text);
    const rules = parsePolicy(policy);
    if (IMMUTABLE.has(name)) throw refusal(`cannot update "${name}" policy`);
    core.policies.set(name, policy, rules);
  } catch (error) {
    throw error instanceof PolicyError ? refusal(error.message) : error;
  }
}

function remove(core: VaultCore, name: string): undefined {
  if (IMMUTABLE.has(name)) throw refusal(`cannot delete "${name}" policy`);
  if (name === 'default') throw refusal('cannot delete default policy');
  core.policies.remove(name);
  return undefined;
}

const RULES_DEPRECATED = "'rules' is deprecated, please use 'policy' instead";

/** `policies/acl` and its older form `policy`. */
export const policyPaths = (core: VaultCore): readonly BackendPath[] => {
  const oldList = (): LogicalResponse => {
    const names = core.policies.names();
    return { data: { keys: names, policies: names } };
  };
  return [
    definePath({
      pattern: /^policy\/?$/,
      fields: {},
      operations: { read: oldList, list: oldList },
    }),
    definePath({
      pattern: /^policy\/(?<name>.+)$/,
      fields: { name: 'lowerCase', policy: 'string', rules: 'string' },
      operations: {
        read: ({ fields }) => {
          const name = fields.get('name') ?? '';
          const rules = core.policies.get(name);
          return rules === undefined ? undefined : { data: { name, rules } };
        },
        update: ({ fields }) => {
          const policy = fields.get('policy') ?? '';
          const rules = policy === '' ? (fields.get('rules') ?? '') : policy;
          set(core, fields.get('name') ?? '', rules);
          return policy === '' ? { warnings: [RULES_DEPRECATED] } : undefined;
        },
        delete: ({ fields }) => remove(core, fields.get('name') ?? ''),
      },
    }),
    definePath({
      pattern: /^policies\/acl\/?$/,
      fields: {},
      operations: { list: () => ({ data: { keys: core.policies.names() } }) },
    }),
    definePath({
      pattern: /^policies\/acl\/(?<name>.+)$/,
      fields: { name: 'lowerCase', policy: 'string' },
      operations: {
        read: ({ fields }) => {
          const name = fields.get('name') ?? '';
          const policy = core.policies.get(name);
          return policy === undefined ? undefined : { data: { name, policy } };
        },
        update: ({ fields }) => {
          set(core, fields.get('name') ?? '', fields.get('policy') ?? '');
          return undefined;
        },
        delete: ({ fields }) => remove(core, fields.get('name') ?? ''),
      },
    }),
  ];
};
