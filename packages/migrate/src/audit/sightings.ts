import { Finding } from './finding.js';
import { ignoredLines } from './ignore-comments.js';
import { LineIndex } from './line-index.js';
import type { Detection } from './rule.js';
import type { SettingProposals } from './setting-proposals.js';

interface Sighting {
  readonly detection: Detection;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly commit: string | undefined;
}

/** What was seen in a tree, and in its history, on the way to findings. */
export class Sightings {
  readonly #tree: Sighting[] = [];
  /** By value: the oldest version that has it. */
  readonly #history = new Map<string, Sighting>();
  readonly #accepted = new Set<string>();
  #ignored = 0;

  /** How many a comment accepts. */
  get ignored(): number {
    return this.#ignored;
  }

  /** How many secrets there are so far. */
  get size(): number {
    return this.#tree.length + this.#history.size;
  }

  addFile(file: string, text: string, detections: readonly Detection[]): void {
    for (const { sighting, ignored } of placed(file, text, detections, undefined)) {
      if (!ignored) this.#tree.push(sighting);
      else {
        this.#ignored++;
        this.#accepted.add(sighting.detection.value);
      }
    }
  }

  /** Versions must come in the order in which they were made: of each value the first is kept. */
  addVersion(file: string, text: string, detections: readonly Detection[], commit: string): void {
    for (const { sighting, ignored } of placed(file, text, detections, commit)) {
      const { value } = sighting.detection;
      // What a comment accepts today was there before the comment too.
      if (!ignored && !this.#accepted.has(value) && !this.#history.has(value))
        this.#history.set(value, sighting);
    }
  }

  /** Those of the tree by file, line and column; then those that only history has, the oldest first. */
  findings(proposals: SettingProposals): readonly Finding[] {
    const inTree = new Set(this.#tree.map(({ detection }) => detection.value));
    const tree = [...this.#tree].sort(
      (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column,
    );
    const history = [...this.#history.values()].filter(({ detection }) => !inTree.has(detection.value));
    return [...tree, ...history].map(
      ({ detection, file, line, column, commit }) =>
        new Finding({
          rule: detection.rule.id,
          level: detection.rule.level,
          message: detection.rule.message,
          file,
          line,
          column,
          in: commit === undefined ? 'tree' : 'history',
          commit: commit ?? this.#history.get(detection.value)?.commit,
          proposal: proposals.proposalFor(detection, file),
          value: detection.value,
        }),
    );
  }
}

function* placed(
  file: string,
  text: string,
  detections: readonly Detection[],
  commit: string | undefined,
): Generator<{ readonly sighting: Sighting; readonly ignored: boolean }> {
  if (detections.length === 0) return;
  const lines = new LineIndex(text);
  const ignored = ignoredLines(text, (offset) => lines.placeOf(offset).line);
  for (const detection of detections) {
    const { line, column } = lines.placeOf(detection.start);
    yield { sighting: { detection, file, line, column, commit }, ignored: ignored.has(line) };
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
