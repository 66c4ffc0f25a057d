import { packageBuild } from '@strongroom/build/tsup';

export default packageBuild({ index: 'src/index.ts', signals: 'src/signal/index.ts' });
