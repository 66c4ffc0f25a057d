import { packageBuild } from '@strongroom/build/tsup';

// In parts, so that a verb loads what it needs and no more.
export default packageBuild({ index: 'src/index.ts', bin: 'src/bin.ts' }, { splitting: true });
