import { StrongroomError } from '../errors/errors.js';

/**
 * Refuses what is no resolver, as plain JavaScript lets it pass: above all the promise of one.
 *
 * @param owner the function that was given it, as people write it: `expressSettings()`
 * @throws StrongroomError `DEFINITION_INVALID`
 */
export function checkResolver(owner: string, resolver: unknown): void {
  const { load, then } = Object(resolver) as { readonly load?: unknown; readonly then?: unknown };
  if (typeof load === 'function') return;
  const hint = typeof then === 'function' ? '; this is a promise, which is to be awaited first' : '';
  throw new StrongroomError(
    'DEFINITION_INVALID',
    `${owner} wants a resolver, as createResolver() or loadSettings() gives it${hint}`,
  );
}
