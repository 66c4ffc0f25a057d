import { packageBuild } from '@strongroom/build/tsup';

export default packageBuild({ main: 'src/main.ts' });
