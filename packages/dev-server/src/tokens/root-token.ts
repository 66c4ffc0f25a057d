import type { NewToken } from './token-store.js';

/** Where the tokens come from that nobody asked for with a token; they have no lease. */
export const ROOT_PATH = 'auth/token/root';

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

/** The root token of a server that was initialised, or whose key shares asked for one. */
export const initialRootToken = (): NewToken => ({ ...rootToken(), path: ROOT_PATH, displayName: 'root' });
