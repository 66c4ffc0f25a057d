import type { PakeResolver, PakeSettings } from './definition.js';

/** What PAKE says of itself to anybody. */
export const frontPage = ({ LOG_LEVEL, FIRECRAWL_API_KEY }: PakeSettings) => ({
  application: 'PAKE',
  logLevel: LOG_LEVEL,
  crawling: FIRECRAWL_API_KEY !== undefined,
});

/** Whether work may be sent here, in a word; who may know more asks the adapter's own routes. */
export function healthPage(settings: PakeResolver) {
  const { ready, status } = settings.health();
  return { status: ready ? 200 : 503, body: { status } } as const;
}
