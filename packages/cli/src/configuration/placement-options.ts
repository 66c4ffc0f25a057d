import type { KvPlacement } from '@strongroom/vault';

/** What a migration asks of a placement. */
type PlacementGiven = Pick<KvPlacement, 'mount' | 'layout' | 'kvVersion'>;

/** Where settings lie, without what is not said. */
export const placementOf = ({ mount, layout, kvVersion }: KvPlacement): PlacementGiven => ({
  ...(mount === undefined ? {} : { mount }),
  ...(layout === undefined ? {} : { layout }),
  ...(kvVersion === undefined ? {} : { kvVersion }),
});
