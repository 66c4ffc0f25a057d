import type { Origin } from '../entry.js';
import { malformedText } from './read-text.js';
import type { ReadingDraft } from './reading-draft.js';

/** What a JSON or YAML text holds at one place, with the line of each part. */
export interface Tree {
  /** From 1. */
  readonly line: number;
  /** Of an object, in their order. */
  readonly members?: readonly Member[];
  /** Of a list. */
  readonly items?: readonly Tree[];
  /** Of anything else. */
  readonly value?: unknown;
  /** The value as a text, as it stands there without its quotes; undefined where there is none. */
  readonly text?: string;
  /** What a person should know of the value. */
  readonly note?: 'number-as-text' | 'unknown-tag';
}

export interface Member {
  readonly key: string;
  readonly line: number;
  readonly tree: Tree;
}

/** Objects and lists may stand in each other as deep as this. */
export const maxTreeDepth = 64;

/** What stands under a key. */
export function at(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.members?.findLast((member) => member.key === key)?.tree;
}

/** A tree as plain data; `__proto__` is a key like any other. */
export function dataOf({ members, items, value }: Tree): unknown {
  if (items !== undefined) return items.map(dataOf);
  if (members === undefined) return value;
  return Object.fromEntries(members.map(({ key, tree }) => [key, dataOf(tree)]));
}

/** Warns of what there is to know of a value. */
export function warnOfNote(draft: ReadingDraft, name: string, tree: Tree, origin: Origin): void {
  const note = noteIn(tree);
  if (note !== undefined) draft.warn(note, origin, `${name} ${notes[note]}`, name);
}

/** The first note in a tree, which may be a list. */
function noteIn({ note, members, items }: Tree): Tree['note'] {
  const below = items ?? members?.map(({ tree }) => tree) ?? [];
  return note ?? below.map(noteIn).find((note) => note !== undefined);
}

const notes = {
  'number-as-text':
    'is a number that JavaScript would write otherwise, and is taken as its text, with every digit.',
  'unknown-tag': 'has a tag that says how to make the value; it is taken as it stands.',
};

/**
 * Adds the leaves of a tree, named by the keys that lead to them with dots between. Lists and empty objects are
 * leaves; null is none.
 */
export function addTree(draft: ReadingDraft, root: Tree, reader: string, place: string): void {
  if (root.members === undefined) {
    throw malformedText(place, root.line, 'holds a list or a single value: an object of names is wanted.');
  }
  const origin = (line: number): Origin => ({ reader, place, line });
  const paths = new Map<string, string>();

  const visit = (members: readonly Member[], path: readonly string[]): void => {
    const last = new Map(members.map((member) => [member.key, member]));
    for (const member of members) {
      const { key, line, tree } = member;
      const name = [...path, key].join('.');
      if (key === '') throw malformedText(place, line, 'has an empty name.');
      const counts = last.get(key);
      if (counts !== undefined && counts !== member) {
        const message = `${name} stands on the lines ${line} and ${counts.line}: the last one counts.`;
        draft.warn('duplicate-key', origin(line), message, name);
      } else if (tree.members !== undefined && tree.members.length > 0) {
        visit(tree.members, [...path, key]);
      } else leaf(name, [...path, key], line, tree);
    }
  };

  const leaf = (name: string, path: readonly string[], line: number, tree: Tree): void => {
    const [way, other] = [JSON.stringify(path), paths.get(name)];
    if (other !== undefined && other !== way) {
      const before = draft.originOf(name)?.line ?? '?';
      throw malformedText(place, line, `is ${name}, and so is line ${before}: rename one of them.`);
    }
    paths.set(name, way);
    warnOfNote(draft, name, tree, origin(line));
    const value = dataOf(tree);
    if (value === null) draft.warn('not-read', origin(line), `${name} has no value (null).`, name);
    else draft.add(name, value, origin(line));
  };
  visit(root.members, []);
}
