import { packageBuild } from '@strongroom/build/tsup';

export default packageBuild({
  index: 'src/index.ts',
  openfeature: 'src/openfeature.ts',
  signals: 'src/signal/index.ts',
});
