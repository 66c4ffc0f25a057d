import { tokenOf } from '../core/token-check.js';
import type { VaultCore } from '../core/vault-core.js';
import type { JsonValue } from '../json/json-value.js';
import { failure, refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';
import type { MountEntry } from '../mounts/mount-entry.js';
import type { Acl } from '../policies/acl.js';
import type { ParameterRules, PolicyRule } from '../policies/policy-rule.js';
import { mountPath } from './mount-config.js';
import { mountView } from './mount-view.js';

/** What who has no token sees of a mount that is listed for everyone. */
const publicView = (entry: MountEntry): JsonValue => ({
  description: entry.description,
  options: entry.options,
  type: entry.type,
});

const ruleView = (rule: PolicyRule): JsonValue => {
  const capabilities = [...rule.capabilities].sort();
  const denied = capabilities.length === 0 || rule.capabilities.has('deny');
  const parameters = (rules: ParameterRules): JsonValue | undefined =>
    rules.size === 0
      ? undefined
      : new Map(
          [...rules].map(([name, values]): [string, JsonValue] => [
            name,
            values.map((value) => (typeof value === 'object' ? null : value)),
          ]),
        );
  return {
    capabilities: denied ? ['deny'] : capabilities,
    min_wrapping_ttl: rule.minWrappingTtl === 0 ? undefined : Math.trunc(rule.minWrappingTtl / 1000),
    max_wrapping_ttl: rule.maxWrappingTtl === 0 ? undefined : Math.trunc(rule.maxWrappingTtl / 1000),
    allowed_parameters: parameters(rule.allowedParameters),
    denied_parameters: parameters(rule.deniedParameters),
    required_parameters: rule.requiredParameters.length === 0 ? undefined : rule.requiredParameters,
  };
};

const rulesView = (rules: readonly PolicyRule[]): JsonValue =>
  new Map(rules.map((rule): [string, JsonValue] => [rule.path, ruleView(rule)]));

/** `internal/ui/…`: what clients ask to find the mount and the KV version of a path, and the namespaces. */
export const internalUiPaths = (core: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^internal\/ui\/mounts$/,
    fields: {},
    operations: {
      read: ({ request }) => {
        const acl: Acl | undefined =
          request.clientToken === '' ? undefined : core.aclOf(tokenOf(core, request));
        const view = (table: 'secret' | 'auth'): JsonValue =>
          new Map(
            core.mounts
              .entries(table)
              .filter(
                (entry) =>
                  // Vault judges an auth method by its path without `auth/`.
                  entry.config.listingVisibility === 'unauth' || acl?.reaches(entry.path) === true,
              )
              .map((entry): [string, JsonValue] => [
                entry.path,
                acl === undefined ? publicView(entry) : mountView(entry),
              ]),
          );
        return { data: { auth: view('auth'), secret: view('secret') } };
      },
    },
  }),
  definePath({
    pattern: /^internal\/ui\/resultant-acl$/,
    fields: {},
    operations: {
      read: ({ request }) => {
        const acl = core.aclOf(tokenOf(core, request));
        if (acl.isRoot) return { data: { root: true } };
        const { exact, prefixes } = acl.rules();
        return { data: { exact_paths: rulesView(exact), glob_paths: rulesView(prefixes), root: false } };
      },
    },
  }),
  definePath({
    pattern: /^internal\/ui\/namespaces$/,
    fields: {},
    operations: {
      read: ({ request }) => {
        if (request.clientToken === '') throw failure('client token empty');
        tokenOf(core, request);
        // There is one only, and it has no name.
        return { data: { keys: [''] } };
      },
    },
  }),
  definePath({
    pattern: /^internal\/ui\/mounts\/(?<path>.+)$/,
    fields: { path: 'string' },
    operations: {
      read: ({ fields, request }) => {
        const path = mountPath(fields.get('path') ?? '');
        const acl = core.aclOf(tokenOf(core, request));
        const mount = core.mounts.route(path);
        if (mount === undefined || !acl.reaches(mount.entry.path)) {
          throw refusal(
            `preflight capability check returned 403, please ensure client's policies grant access to path "${path}"`,
            403,
          );
        }
        return { data: { ...mountView(mount.entry), path: mount.entry.path } };
      },
    },
  }),
];
