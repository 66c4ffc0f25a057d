import { packageBuild } from '@strongroom/build/tsup';

export default packageBuild({
  index: 'src/index.ts',
  openfeature: 'src/openfeature.ts',
  preload: 'src/preload.ts',
  // No entry of the package: what `settings.run()` loads.
  'run-command': 'src/run-command.ts',
  shutdown: 'src/shutdown/index.ts',
  signals: 'src/signal/index.ts',
  testing: 'src/testing/index.ts',
});
