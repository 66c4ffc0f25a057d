import type { VaultCore } from '../core/vault-core.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';

/** `config/state/sanitized`: what a server of Vault in dev mode says of its configuration, whatever this one listens at. */
export const statePath = (core: VaultCore): BackendPath =>
  definePath({
    pattern: /^config\/state\/sanitized$/,
    fields: {},
    operations: {
      read: () => ({
        data: {
          api_addr: '',
          cache_size: 0,
          cluster_addr: '',
          cluster_cipher_suites: '',
          cluster_name: '',
          default_lease_ttl: 0,
          default_max_request_duration: 0,
          disable_cache: false,
          disable_clustering: false,
          disable_indexing: false,
          disable_mlock: true,
          disable_performance_standby: false,
          disable_printable_check: false,
          disable_sealwrap: false,
          disable_sentinel_trace: false,
          enable_response_header_hostname: false,
          enable_response_header_raft_node_id: false,
          enable_ui: core.hasUi,
          listeners: [
            {
              config: {
                address: '127.0.0.1:8200',
                proxy_protocol_authorized_addrs: '127.0.0.1:8200',
                proxy_protocol_behavior: 'allow_authorized',
                tls_disable: true,
              },
              type: 'tcp',
            },
          ],
          log_format: 'unspecified',
          log_level: '',
          max_lease_ttl: 0,
          pid_file: '',
          plugin_directory: '',
          raw_storage_endpoint: false,
          seals: [{ disabled: false, type: 'shamir' }],
          storage: { cluster_addr: '', disable_clustering: false, redirect_addr: '', type: 'inmem' },
        },
      }),
    },
  });
