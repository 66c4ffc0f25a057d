import { parseBool, parseDecimal } from '../go/parse-number.js';
import { formatTime, ZERO_TIME } from '../go/timestamp.js';
import { errorAnswer, jsonAnswer } from './answer.js';
import { GENERATE_ROOT_ENDPOINTS } from './generate-root-endpoints.js';
import { REKEY_ENDPOINTS } from './rekey-endpoints.js';
import { initEndpoint, sealEndpoint, stepDownEndpoint, unsealEndpoint } from './seal-endpoints.js';
import { clusterView, sealStatusAnswer, VERSION } from './seal-status.js';
import type { SystemEndpoint } from './system-endpoint.js';

const health: SystemEndpoint = (core, request) => {
  if (request.method !== 'GET' && request.method !== 'HEAD') return errorAnswer(405);
  const { query } = request.target;
  const malformed = request.method === 'GET' ? errorAnswer(400) : { status: 400, headers: {}, body: '' };
  for (const name of ['standbyok', 'perfstandbyok']) {
    const text = query.get(name)?.[0];
    if (text !== undefined && text !== '' && parseBool(text) === undefined) return malformed;
  }
  const codes = new Map([
    ['uninitcode', 501],
    ['sealedcode', 503],
    ['standbycode', 429],
    ['activecode', 200],
    ['drsecondarycode', 472],
    ['performancestandbycode', 473],
  ]);
  for (const name of codes.keys()) {
    const text = query.get(name)?.[0];
    if (text === undefined) continue;
    const code = parseDecimal(text);
    if (code === undefined) return malformed;
    codes.set(name, code);
  }
  const standby = core.sealed || core.ha?.standby === true;
  const passes = parseBool(query.get('standbyok')?.[0] ?? '') === true;
  const state = !core.initialised
    ? 'uninitcode'
    : core.sealed
      ? 'sealedcode'
      : standby && !passes
        ? 'standbycode'
        : 'activecode';
  const status = codes.get(state) ?? 200;
  const replication = core.sealed ? 'unknown' : 'disabled';
  return jsonAnswer(status, {
    initialized: core.initialised,
    sealed: core.sealed,
    standby,
    performance_standby: false,
    replication_performance_mode: replication,
    replication_dr_mode: replication,
    server_time_utc: Math.floor(core.now() / 1000),
    version: VERSION,
    ...clusterView(core),
  });
};

const sealStatus: SystemEndpoint = (core, request) =>
  request.method === 'GET' ? sealStatusAnswer(core) : errorAnswer(405);

const leader: SystemEndpoint = ({ ha }, request) =>
  request.method === 'GET'
    ? jsonAnswer(200, {
        ha_enabled: ha !== undefined,
        is_self: ha?.standby === false,
        active_time: ha?.standby === false ? formatTime(ha.active?.since ?? 0) : ZERO_TIME,
        leader_address: ha?.active?.address ?? '',
        leader_cluster_address: '',
        performance_standby: false,
        performance_standby_last_remote_wal: 0,
      })
    : errorAnswer(405);

/** There are none in open source Vault. */
const featureFlags: SystemEndpoint = (_core, request) =>
  request.method === 'GET' ? jsonAnswer(200, { feature_flags: null }) : errorAnswer(405);

/** By path. */
export const SYSTEM_ENDPOINTS: ReadonlyMap<string, SystemEndpoint> = new Map([
  ['/v1/sys/health', health],
  ['/v1/sys/seal-status', sealStatus],
  ['/v1/sys/leader', leader],
  ['/v1/sys/internal/ui/feature-flags', featureFlags],
  ['/v1/sys/init', initEndpoint],
  ['/v1/sys/unseal', unsealEndpoint],
  ['/v1/sys/seal', sealEndpoint],
  ['/v1/sys/step-down', stepDownEndpoint],
  ...GENERATE_ROOT_ENDPOINTS,
  ...REKEY_ENDPOINTS,
]);
