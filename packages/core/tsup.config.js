import { packageBuild } from '@strongroom/build/tsup';

export default packageBuild({ index: 'src/index.ts', testing: 'src/testing/index.ts' });
