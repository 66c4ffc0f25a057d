import type { Alias, Document, LineCounter, Node, Scalar, YAMLMap } from 'yaml';
import { malformedText } from './read-text.js';
import { type Member, maxTreeDepth, type Tree } from './tree.js';

type Yaml = typeof import('yaml');

/** As many parts the aliases of a text may make of it. */
const maxParts = 100_000;

/**
 * Reads every document of a YAML text that is not empty, with the line of each part. Aliases and `<<` are followed. A
 * number keeps its text where JavaScript would write it otherwise, such as one that begins with 0.
 *
 * @throws SourceError `SOURCE_MALFORMED` with the line
 */
export async function parseYaml(text: string, place: string): Promise<readonly Tree[]> {
  // Loading the parser takes longer than all the rest of this package.
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const documents = [
    ...yaml.parseAllDocuments(text, {
      // One schema, whatever a %YAML line says: `yes` is a word, and a date is a text.
      version: '1.2',
      schema: 'core',
      resolveKnownTags: false,
      // Found below, in a time that does not take the square of the length.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
      lineCounter: lines,
    }),
  ];
  const fault = documents.flatMap(({ errors }) => errors).at(0);
  if (fault !== undefined) {
    // The error's own message quotes the text; its code does not.
    throw malformedText(place, lines.linePos(fault.pos[0]).line, `is no valid YAML (${fault.code}).`);
  }
  const trees = documents.map((document) => new YamlText(yaml, document, lines, place).whole());
  return trees.filter(({ value }) => value !== null);
}

class YamlText {
  readonly #yaml: Yaml;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #place: string;
  #parts = 0;
  /** The line of the alias that is followed, itself in no other. */
  #followed: number | undefined;
  #anchored: ReadonlyMap<Alias, Node> | undefined;

  constructor(yaml: Yaml, document: Document.Parsed, lines: LineCounter, place: string) {
    this.#yaml = yaml;
    this.#document = document;
    this.#lines = lines;
    this.#place = place;
  }

  whole(): Tree {
    return this.#tree(this.#document.contents, 1, 0);
  }

  #tree(node: unknown, before: number, depth: number): Tree {
    const line = this.#lineOf(node) ?? before;
    if (this.#followed !== undefined) this.#parts += 1;
    if (this.#parts > maxParts)
      throw this.#fault(this.#followed ?? line, 'has aliases that make too much of it.');
    if (depth > maxTreeDepth) throw this.#fault(line, 'is nested too deeply.');
    if (this.#yaml.isAlias(node)) return this.#follow(node, line, (to) => this.#tree(to, line, depth + 1));
    if (this.#yaml.isMap(node)) return { line, members: this.#members(node, depth + 1) };
    if (this.#yaml.isSeq(node))
      return { line, items: node.items.map((item) => this.#tree(item, line, depth + 1)) };
    return { line, ...(this.#yaml.isScalar(node) ? scalarOf(node) : { value: null }) };
  }

  /** What a map says itself comes before what `<<` brings. */
  #members(map: YAMLMap, depth: number): readonly Member[] {
    const own = new Map<string, Member>();
    const merged = new Map<string, Member>();
    for (const { key, value } of map.items) {
      const line = this.#lineOf(key) ?? this.#lineOf(map) ?? 1;
      if (!this.#yaml.isScalar(key)) throw this.#fault(line, 'has a name that is no text.');
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      if (name === '<<' && key.type === 'PLAIN') {
        for (const member of this.#merge(value, line, depth))
          if (!merged.has(member.key)) merged.set(member.key, member);
        continue;
      }
      const before = own.get(name);
      if (before !== undefined)
        throw this.#fault(line, `has a name again that stands on line ${before.line}.`);
      own.set(name, { key: name, line, tree: this.#tree(value, line, depth) });
    }
    return [...new Map([...merged, ...own]).values()];
  }

  #merge(value: unknown, line: number, depth: number): readonly Member[] {
    if (depth > maxTreeDepth) throw this.#fault(line, 'is nested too deeply.');
    if (this.#yaml.isAlias(value)) return this.#follow(value, line, (to) => this.#merge(to, line, depth + 1));
    if (this.#yaml.isSeq(value)) return value.items.flatMap((item) => this.#merge(item, line, depth + 1));
    const { members } = this.#tree(value, line, depth);
    if (members === undefined) throw this.#fault(line, 'merges (<<) something that is no map.');
    return members;
  }

  /** Goes on with what an alias stands for. */
  #follow<T>(alias: Alias, line: number, work: (node: Node) => T): T {
    this.#anchored ??= anchoredNodes(this.#yaml, this.#document);
    const node = this.#anchored.get(alias);
    if (node === undefined) throw this.#fault(line, 'has an alias without an anchor.');
    const around = this.#followed;
    this.#followed ??= line;
    const done = work(node);
    this.#followed = around;
    return done;
  }

  #lineOf(node: unknown): number | undefined {
    const range =
      this.#yaml.isScalar(node) ||
      this.#yaml.isMap(node) ||
      this.#yaml.isSeq(node) ||
      this.#yaml.isAlias(node)
        ? node.range
        : undefined;
    return range ? this.#lines.linePos(range[0]).line : undefined;
  }

  #fault(line: number, what: string): Error {
    return malformedText(this.#place, line, what);
  }
}

const knownTag = /^tag:yaml\.org,2002:(?:str|int|float|bool|null)$/;

function scalarOf({ value, source, tag }: Scalar): Pick<Tree, 'value' | 'text' | 'note'> {
  if (value === null) return { value };
  const text = typeof value === 'string' ? value : (source ?? String(value));
  if (tag !== undefined && !knownTag.test(tag)) return { value: text, text, note: 'unknown-tag' };
  if (typeof value === 'number' && String(value) !== text)
    return { value: text, text, note: 'number-as-text' };
  return { value, text };
}

/** What each alias stands for: the last node before it with that anchor. The library's own search walks all of it for each. */
function anchoredNodes(yaml: Yaml, document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const anchored = new Map<Alias, Node>();
  yaml.visit(document, {
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias: (_, alias) => {
      const node = anchors.get(alias.source);
      if (node !== undefined) anchored.set(alias, node);
    },
  });
  return anchored;
}
