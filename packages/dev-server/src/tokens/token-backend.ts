import { PathBackend } from '../logical/path-backend.js';
import { lookupPaths } from './lookup-paths.js';
import type { TokenStore } from './token-store.js';

/** The auth method `token/`. */
export const tokenBackend = (store: TokenStore): PathBackend => new PathBackend([...lookupPaths(store)]);
