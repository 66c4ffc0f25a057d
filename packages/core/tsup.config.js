import { packageBuild } from '@strongroom/build/tsup';

export default packageBuild({
  index: 'src/index.ts',
  'last-known-good': 'src/last-known-good/index.ts',
  shadow: 'src/shadow/index.ts',
  testing: 'src/testing/index.ts',
});
