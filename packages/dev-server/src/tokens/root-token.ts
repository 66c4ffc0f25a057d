import type { NewToken } from './token-store.js';

/** A token that may do everything and never expires. */
export const rootToken = (id?: string): NewToken => ({
  ...(id === undefined ? {} : { id }),
  parent: '',
  policies: ['root'],
  path: 'auth/token/create',
  meta: null,
  displayName: 'token',
  numUses: 0,
  ttl: 0,
  explicitMaxTtl: 0,
  period: 0,
  role: '',
  entityId: '',
  type: 'service',
  boundCidrs: [],
  renewable: false,
});
