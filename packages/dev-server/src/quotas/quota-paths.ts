import type { VaultCore } from '../core/vault-core.js';
import { sortedByBytes } from '../go/compare-bytes.js';
import { refusal } from '../logical/logical-fault.js';
import { listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';

const quotaPath = (path: string): string => `${path}/`.replace(/\/+$/, '/').replace(/^\//, '');

/** `quotas/…` below `sys/`. */
export const quotaPaths = (core: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^quotas\/config$/,
    fields: {
      enable_rate_limit_response_headers: 'bool',
      enable_rate_limit_audit_logging: 'bool',
      rate_limit_exempt_paths: 'strings',
    },
    operations: {
      read: () => ({
        data: {
          enable_rate_limit_audit_logging: core.rateLimiter.config.rateLimitAuditLogging,
          enable_rate_limit_response_headers: core.rateLimiter.config.rateLimitHeaders,
          rate_limit_exempt_paths: core.rateLimiter.config.exemptPaths,
        },
      }),
      update: ({ fields }) => {
        // What is not named is set back.
        core.rateLimiter.config = {
          rateLimitHeaders: fields.get('enable_rate_limit_response_headers') ?? false,
          rateLimitAuditLogging: fields.get('enable_rate_limit_audit_logging') ?? false,
          exemptPaths: fields.get('rate_limit_exempt_paths') ?? [],
        };
        return undefined;
      },
    },
  }),
  definePath({
    pattern: /^quotas\/rate-limit\/?$/,
    fields: {},
    operations: { list: () => listing(sortedByBytes(core.rateLimiter.names())) },
  }),
  definePath({
    pattern: /^quotas\/rate-limit\/(?<name>\w(?:[\w.-]*\w)?)$/,
    fields: {
      name: 'string',
      type: 'string',
      path: 'string',
      rate: 'float',
      interval: 'duration',
      block_interval: 'duration',
    },
    operations: {
      read: ({ fields }) => {
        const quota = core.rateLimiter.get(fields.get('name') ?? '');
        return (
          quota && {
            data: {
              block_interval: quota.blockInterval,
              interval: quota.interval,
              name: quota.name,
              path: quota.path,
              rate: quota.rate,
              type: 'rate-limit',
            },
          }
        );
      },
      update: ({ fields }) => {
        const rate = fields.get('rate') ?? 0;
        if (rate <= 0) throw refusal("'rate' is invalid");
        const name = fields.get('name') ?? '';
        const path = quotaPath(fields.get('path') ?? '');
        if (path !== '' && core.mounts.route(path) === undefined) {
          throw refusal(`invalid mount path "${path}"`);
        }
        const similar = core.rateLimiter.forPath(path);
        if (similar !== undefined && similar.name !== name) {
          throw refusal(`quota rule with similar properties exists under the name "${similar.name}"`);
        }
        core.rateLimiter.put({
          name,
          path,
          rate,
          interval: fields.get('interval') || 1,
          blockInterval: fields.get('block_interval') ?? 0,
        });
        return undefined;
      },
      delete: ({ fields }) => {
        core.rateLimiter.remove(fields.get('name') ?? '');
        return undefined;
      },
    },
  }),
];
