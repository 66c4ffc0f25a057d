import { packageBuild } from '@strongroom/build/tsup';

export default packageBuild({
  index: 'src/index.ts',
  audit: 'src/audit/index.ts',
  handover: 'src/handover/index.ts',
  'json-schemas': 'src/definition/json-schemas.ts',
  'last-known-good': 'src/last-known-good/index.ts',
  opentelemetry: 'src/opentelemetry/index.ts',
  shadow: 'src/shadow/index.ts',
  testing: 'src/testing/index.ts',
});
