import { packageBuild } from '@strongroom/build/tsup';

export default packageBuild({ index: 'src/index.ts', audit: 'src/audit/index.ts' });
