import { parseJson } from './json-tree.js';
import { readText, type TextSource } from './read-text.js';
import type { Reading } from './reading.js';
import { ReadingDraft } from './reading-draft.js';
import { addTree } from './tree.js';

/**
 * Reads a JSON file whose root is an object. Of objects in it each leaf is an entry, named by the keys that lead to it
 * with dots between: `database.url`. Strings are taken as they are; numbers, booleans, lists and empty objects stay
 * JSON values, but for a number with more digits than JavaScript holds, which is taken as its text; null is left out
 * with a warning. Of a key that stands there twice the last one counts, as for `JSON.parse`.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` when there is no such file, `SOURCE_DENIED` when it may not be read, and
 *   `SOURCE_MALFORMED` with the line when it is larger than 1 MiB, no valid JSON, or two ways lead to one name
 */
export async function readJson(source: TextSource): Promise<Reading> {
  const { text, place } = await readText(source);
  const draft = new ReadingDraft();
  addTree(draft, parseJson(text, place), 'json', place);
  return draft.finish();
}
