import type { VaultCore } from '../core/vault-core.js';
import { sortedByBytes } from '../go/compare-bytes.js';
import { refusal } from '../logical/logical-fault.js';
import { listing } from '../logical/logical-response.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';

/** `quotas/…` below `sys/`. */
export const quotaPaths = (core: VaultCore): readonly BackendPath[] => [
  definePath({
    pattern: /^quotas\/config$/,
    fields: {
      enable_rate_limit_response_headers: 'bool',
      enable_rate_limit_audit_logging: 'bool',
      rate_limit_exempt_paths: 'commaStrings',
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
        const known = core.rateLimiter.config;
        core.rateLimiter.config = {
          rateLimitHeaders: fields.get('enable_rate_limit_response_headers') ?? known.rateLimitHeaders,
          rateLimitAuditLogging: fields.get('enable_rate_limit_audit_logging') ?? known.rateLimitAuditLogging,
          exemptPaths: fields.get('rate_limit_exempt_paths') ?? known.exemptPaths,
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
        const path = (fields.get('path') ?? '').replace(/^\/+/, '');
        if (path !== '' && core.mounts.get(path.replace(/\/?$/, '/')) === undefined) {
          throw refusal(`invalid mount path "${path}"`);
        }
        core.rateLimiter.put({
          name: fields.get('name') ?? '',
          path: path === '' ? '' : path.replace(/\/?$/, '/'),
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
