import { checkOptions } from '@strongroom/core';
import type { Origin } from '../entry.js';
import { malformedText, readText, type TextSource, utf8 } from './read-text.js';
import type { Reading } from './reading.js';
import { ReadingDraft } from './reading-draft.js';
import { at, type Member, type Tree, warnOfNote } from './tree.js';
import { parseYaml } from './yaml-tree.js';

export interface ReadKubernetesSecretOptions {
  /** The `metadata.name` of the Secret to read, where the file has several. @default all of them */
  readonly secret?: string;
}

/**
 * Reads a manifest of Kubernetes: the `data` (base64) and `stringData`, which comes first, of every `Secret` in it, also
 * in several documents or a `List`. Entries are named by their key alone, and their values are what a pod would see.
 * One that is no text is left out with a warning.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` when there is no such file, `SOURCE_DENIED` when it may not be read, and
 *   `SOURCE_MALFORMED` with the line when it is no valid YAML or JSON, has no such Secret, one that is no base64, or two
 *   Secrets with different values for one key
 */
export async function readKubernetesSecret(
  source: TextSource,
  options: ReadKubernetesSecretOptions = {},
): Promise<Reading> {
  checkOptions('readKubernetesSecret()', options, { secret: true });
  const { text, place } = await readText(source);
  const all = (await parseYaml(text, place)).flatMap(secretsIn);
  const wanted = all.filter((tree) => options.secret === undefined || nameOf(tree) === options.secret);
  if (wanted.length === 0) {
    const names = all.map(nameOf).filter((name) => name !== undefined);
    const what =
      names.length === 0 ? 'has no Secret.' : `has no Secret of that name: it has ${names.join(', ')}.`;
    throw malformedText(place, undefined, what);
  }
  const draft = new ReadingDraft();
  for (const tree of wanted) draft.join(readSecret(tree, place), 'name the Secret to read.');
  return draft.finish();
}

function secretsIn(tree: Tree): readonly Tree[] {
  const kind = at(tree, 'kind')?.value;
  if (kind === 'Secret') return [tree];
  return (
    (kind === 'List' || kind === 'SecretList' ? at(tree, 'items')?.items : undefined)?.flatMap(secretsIn) ??
    []
  );
}

const nameOf = (tree: Tree): string | undefined => at(at(tree, 'metadata'), 'name')?.text;

function readSecret(secret: Tree, place: string): Reading {
  const draft = new ReadingDraft();
  const plain = at(secret, 'stringData')?.members ?? [];
  const data = at(secret, 'data')?.members ?? [];
  for (const { key, line } of [...data, ...plain]) {
    // It is not shown: it may be a value that lost its key.
    if (!/^[\w.-]+$/.test(key)) throw malformedText(place, line, 'has a key that Kubernetes does not allow.');
  }
  const overridden = new Set(plain.map(({ key }) => key));
  const encoded = data.filter(({ key }) => !overridden.has(key));
  for (const member of encoded) add(draft, member, place, decoded(member, place));
  for (const member of plain) add(draft, member, place, textOf(member, place));
  return draft.finish();
}

function add(
  draft: ReadingDraft,
  { key, line, tree }: Member,
  place: string,
  value: string | undefined,
): void {
  const origin: Origin = { reader: 'kubernetes', place, line };
  if (value === undefined) {
    draft.warn('not-text', origin, `${key} is no UTF-8 text and is left out.`, key);
    return;
  }
  warnOfNote(draft, key, tree, origin);
  draft.add(key, value, origin);
}

function textOf({ key, line, tree }: Member, place: string): string {
  if (tree.members !== undefined || tree.items !== undefined) {
    throw malformedText(place, line, `has no text as the value of ${key}.`);
  }
  return tree.text ?? '';
}

function decoded(member: Member, place: string): string | undefined {
  // Line ends in it are allowed, as in Kubernetes.
  const text = textOf(member, place).replace(/[\r\n]/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) {
    throw malformedText(
      place,
      member.line,
      `has a value for ${member.key} that is no base64: stringData takes plain text.`,
    );
  }
  return utf8(bytes);
}
