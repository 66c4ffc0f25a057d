import { type Lookup, type Source, SourceError } from '@strongroom/core';

const hint =
  'Neither VAULT_ADDR nor VAULT_URL is set, so https://127.0.0.1:8200 was assumed. Set it to where Vault is; ' +
  'a dev server speaks http: VAULT_URL=http://127.0.0.1:8200.';

/** A source that says, when it cannot be reached, that its address was only assumed: the likeliest reason. */
export function withAddressHint(source: Source): Source {
  return {
    ...source,
    async lookup(settings, context) {
      const answers = await source.lookup(settings, context);
      return new Map([...answers].map(([name, lookup]) => [name, hinted(lookup)]));
    },
  };
}

function hinted(lookup: Lookup): Lookup {
  if (lookup.status !== 'failed' || lookup.error.code !== 'SOURCE_UNAVAILABLE') return lookup;
  const { code, message, locator, cause } = lookup.error;
  const details = {
    hint,
    ...(locator === undefined ? {} : { locator }),
    ...(cause === undefined ? {} : { cause }),
  };
  return { status: 'failed', error: new SourceError(code, message, details) };
}
