import type { VaultCore } from '../core/vault-core.js';
import { Base64Error, decodeBase64 } from '../go/base64.js';
import { failure } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import { PasswordPolicyError } from '../policies/password-policy.js';

function decoded(text: string): string {
  try {
    return decodeBase64(text).toString('utf8');
  } catch (error) {
    if (!(error instanceof Base64Error)) throw error;
    return text;
  }
}

/** Does something with a policy; what is wrong with it is answered with the status. */
function withPolicyErrors<TResult>(status: number, prefix: string, act: () => TResult): TResult {
  try {
    return act();
  } catch (error) {
    throw error instanceof PasswordPolicyError ? failure(`${prefix}${error.message}`, status) : error;
  }
}

const absent = () => failure('policy does not exist', 404);

/** `policies/password`: how passwords for others are made. */
export const passwordPolicyPaths = ({ passwordPolicies }: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^policies\/password\/(?<name>.+)\/generate$/,
    fields: { name: 'string' },
    operations: {
      read: ({ fields }) => {
        const password = withPolicyErrors(500, 'failed to generate password from policy: ', () =>
          passwordPolicies.generate(fields.get('name') ?? ''),
        );
        if (password === undefined) throw absent();
        return { data: { password } };
      },
    },
  }),
  definePath({
    pattern: /^policies\/password\/(?<name>.+)$/,
    fields: { name: 'string', policy: 'string' },
    operations: {
      read: ({ fields }) => {
        const policy = passwordPolicies.get(fields.get('name') ?? '');
        if (policy === undefined) throw absent();
        return { data: { policy } };
      },
      update: ({ fields }) => {
        const policy = fields.get('policy') ?? '';
        if (policy === '') throw failure('missing policy', 400);
        withPolicyErrors(400, '', () => passwordPolicies.set(fields.get('name') ?? '', decoded(policy)));
        return undefined;
      },
      delete: ({ fields }) => {
        passwordPolicies.remove(fields.get('name') ?? '');
        return undefined;
      },
    },
  }),
];
