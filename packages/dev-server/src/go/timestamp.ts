/** What Go prints for a time that was never set. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Prints milliseconds since 1970 as Go's RFC3339Nano: no zeros at the end of the fraction. */
export const formatTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.?0*Z$/, 'Z');
