const RULES: readonly [string, string, readonly string[]][] = [
  ['Look at oneself', 'auth/token/lookup-self', ['read']],
  ['Live longer', 'auth/token/renew-self', ['update']],
  ['Log out', 'auth/token/revoke-self', ['update']],
  ['Ask what one may do', 'sys/capabilities-self', ['update']],
  ['Read the own entity by its id', 'identity/entity/id/{{identity.entity.id}}', ['read']],
  ['Read the own entity by its name', 'identity/entity/name/{{identity.entity.name}}', ['read']],
  ['See the sum of all own policies', 'sys/internal/ui/resultant-acl', ['read']],
  ['Renew a lease whose id one knows, at the older path', 'sys/renew', ['update']],
  ['Renew a lease whose id one knows', 'sys/leases/renew', ['update']],
  ['Look up a lease whose id one knows', 'sys/leases/lookup', ['update']],
  ['Keep things in the own cubbyhole', 'cubbyhole/*', ['create', 'read', 'update', 'delete', 'list']],
  ['Wrap what one has', 'sys/wrapping/wrap', ['update']],
  ['See when a wrapping token was made', 'sys/wrapping/lookup', ['update']],
  ['Unwrap what one was given', 'sys/wrapping/unwrap', ['update']],
  ['Compute hashes', 'sys/tools/hash', ['update']],
  ['Compute hashes with a named algorithm', 'sys/tools/hash/*', ['update']],
  ['Ask how a control group request goes', 'sys/control-group/request', ['update']],
];

/** The policy `default`, which every token has unless it was made without. */
export const DEFAULT_POLICY: string = RULES.map(
  ([comment, path, capabilities]) =>
    `# ${comment}.\npath "${path}" {\n    capabilities = [${capabilities.map((name) => `"${name}"`).join(', ')}]\n}\n`,
).join('\n');

/** The policy of wrapping tokens: enough to unwrap. */
export const WRAPPING_POLICY = `path "cubbyhole/response" {
    capabilities = ["create", "read"]
}

path "sys/wrapping/unwrap" {
    capabilities = ["update"]
}
`;

export const WRAPPING_POLICY_NAME = 'response-wrapping';
