import type { Health } from '../resolver/resolver-state.js';
import type { SettingExplanation, SourceReport } from '../snapshot/explanation.js';

/** A JSON schema of an object: draft 7, and OpenAPI 3. */
export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
}

const text = { type: 'string' };
const number = { type: 'number' };
const flag = { type: 'boolean' };
const moment = { type: 'number', description: 'Milliseconds since 1970' };
const oneOf = <T extends string>(names: Readonly<Record<T, true>>) => ({
  type: 'string',
  enum: Object.keys(names),
});
const listOf = (items: object) => ({ type: 'array', items });

/** The compiler holds the properties to those of the type. */
function objectOf<T>(
  properties: Readonly<Record<keyof T & string, object>>,
  optional: readonly (keyof T)[] = [],
): ObjectSchema {
  const required = (Object.keys(properties) as (keyof T & string)[]).filter(
    (name) => !optional.includes(name),
  );
  return { type: 'object', properties, required };
}

/** The JSON schema of what `resolver.health()` answers, for web frameworks and API descriptions. */
export const healthSchema: ObjectSchema = objectOf<Health>(
  {
    status: oneOf<Health['status']>({
      new: true,
      loading: true,
      ready: true,
      degraded: true,
      failed: true,
      closed: true,
    }),
    since: moment,
    live: flag,
    ready: flag,
    freshness: oneOf<Health['freshness']>({ fresh: true, stale: true }),
    ageMs: { ...number, description: 'How long ago every source was last asked with success' },
    failing: listOf(objectOf<Health['failing'][number]>({ source: text, code: text })),
    problems: listOf(objectOf<Health['problems'][number]>({ name: text, code: text })),
    deleted: listOf(text),
  },
  ['ageMs'],
);

const reportSchema = objectOf<SourceReport>(
  {
    source: text,
    outcome: oneOf<SourceReport['outcome']>({
      used: true,
      overridden: true,
      absent: true,
      failed: true,
      'not-asked': true,
    }),
    locator: text,
    version: number,
    readAt: moment,
    requestId: text,
    reason: text,
  },
  ['locator', 'version', 'readAt', 'requestId', 'reason'],
);

/** The JSON schema of each entry of what `resolver.explain()` answers. */
export const explanationSchema: ObjectSchema = objectOf<SettingExplanation>(
  {
    name: text,
    kind: oneOf<SettingExplanation['kind']>({ secret: true, plain: true }),
    source: text,
    locator: text,
    version: number,
    readAt: moment,
    freshness: oneOf<SettingExplanation['freshness']>({ fresh: true, fallback: true, stale: true }),
    overrides: listOf(reportSchema),
    sources: listOf(reportSchema),
  },
  ['source', 'locator', 'version', 'readAt'],
);
