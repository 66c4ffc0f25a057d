/** Every metric, once. docs/observability.md is held to this table by a test. */
export const metricTable = {
  'strongroom.refresh.duration': {
    unit: 's',
    description: 'How long loads and refreshes take, over all sources and the validation.',
  },
  'strongroom.refresh.failures': {
    unit: '{failure}',
    description: 'How often a source could not be asked during a load or a refresh.',
  },
  'strongroom.snapshot.age': {
    unit: 's',
    description: 'How long ago every source was last asked with success.',
  },
  'strongroom.degraded.time': {
    unit: 's',
    description: 'How long the resolver was degraded or failed, all in all.',
  },
  'strongroom.settings.reads': {
    unit: '{read}',
    description: 'How many times secrets were read, by the source that they come from.',
  },
  'strongroom.token.ttl': {
    unit: 's',
    description: 'How long the token that a source last obtained or renewed still lasts.',
  },
  'strongroom.breaker.state': {
    unit: '1',
    description: 'Whether a source leaves an address alone: 1 when it does, 0 when it uses it again.',
  },
} as const;
