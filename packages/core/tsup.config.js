import { packageBuild } from '@strongroom/build/tsup';

export default packageBuild({
  index: 'src/index.ts',
  'json-schemas': 'src/json-schemas.ts',
  'last-known-good': 'src/last-known-good/index.ts',
  testing: 'src/testing/index.ts',
});
