import type { Origin } from '../entry.js';
import { beginsPem } from './pem-begin.js';
import { malformedText } from './read-text.js';
import type { ReadingDraft } from './reading-draft.js';

/**
 * Adds the variables of a file that Compose reads with `format: raw`, as `docker run --env-file` does: each line is a
 * name and its value as it stands, with quotes, `$` and blanks at its end. A name without `=` is a variable of Compose.
 *
 * @param look what such a name has, undefined for one that is not known
 * @throws SourceError `SOURCE_MALFORMED` with the line for a name that is none, and for a key of several lines
 */
export function addRawEnv(
  draft: ReadingDraft,
  text: string,
  place: string,
  look: (name: string) => string | undefined,
): void {
  const lines = new Map<string, number>();
  const all = text.replace(/^\uFEFF/, '').split('\n');
  for (const [index, whole] of all.entries()) {
    const line = index + 1;
    const origin: Origin = { reader: 'dotenv', place, line };
    const written = whole.replace(/\r$/, '').trimStart();
    if (written === '' || written.startsWith('#')) continue;
    const [, name = '', given] = /^([^=]*)(?:=([\s\S]*))?$/.exec(written) ?? [];
    // Its other lines would be taken for names, and names are shown.
    if (beginsPem(written) || !/^[\w.-]+$/.test(name)) {
      throw malformedText(place, line, 'is no variable: a name, = and a value in one line are wanted.');
    }
    const value = given ?? look(name);
    if (value === undefined) {
      // What stands alone in a line may be a part of a value: it is not shown.
      draft.warn(
        'unresolved-reference',
        origin,
        'the line has no value, and Compose would look for one elsewhere.',
      );
      continue;
    }
    const before = lines.get(name);
    if (before !== undefined) {
      const message = `${name} stands on the lines ${before} and ${line}: the last one counts.`;
      draft.warn('duplicate-key', origin, message, name);
    }
    lines.set(name, line);
    draft.add(name, value, origin);
  }
}
