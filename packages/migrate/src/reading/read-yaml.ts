import { malformedText, readText, type TextSource } from './read-text.js';
import type { Reading } from './reading.js';
import { ReadingDraft } from './reading-draft.js';
import { addTree } from './tree.js';
import { parseYaml } from './yaml-tree.js';

/**
 * Reads a YAML file (1.2) of one document whose root is a map, named and valued as by `readJson`. Aliases and `<<` are
 * followed. A number is taken as its text where JavaScript would write it otherwise, such as `0123` or `1.10`, and a
 * value with a tag of its own as it stands, both with a warning. A name that stands in one map twice is an error.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` when there is no such file, `SOURCE_DENIED` when it may not be read, and
 *   `SOURCE_MALFORMED` with the line when it is larger than 1 MiB, no valid YAML, has several documents, aliases that
 *   make too much of it, or two ways lead to one name
 */
export async function readYaml(source: TextSource): Promise<Reading> {
  const { text, place } = await readText(source);
  const [tree, second] = await parseYaml(text, place);
  if (second !== undefined)
    throw malformedText(place, second.line, 'begins another document: only one is read.');
  const draft = new ReadingDraft();
  if (tree !== undefined) addTree(draft, tree, 'yaml', place);
  return draft.finish();
}
