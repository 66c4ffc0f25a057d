import { Breather } from '@strongroom/core';
import type { Skipped } from './audit-report.js';
import type { TextOrSkip } from './read-text.js';
import { type Knowledge, scanText } from './scan-text.js';
import { Sightings } from './sightings.js';

/** How far an audit is. */
export interface AuditProgress {
  readonly stage: 'tree' | 'history';
  /** Files of the tree, or versions of files in history. */
  readonly done: number;
  readonly total: number;
  /** How many secrets were found so far, those among them that a baseline accepts. */
  readonly found: number;
}

/** Progress is told so often, in milliseconds. */
const tellEvery = 100;

/** One audit while it runs: what it has seen, and how far it is. */
export class AuditRun {
  readonly sightings = new Sightings();
  readonly skipped: Skipped[] = [];
  readonly counts = { files: 0, versions: 0, bytes: 0 };
  readonly #knowledge: Knowledge;
  readonly #tell: ((progress: AuditProgress) => void) | undefined;
  readonly #breather = new Breather();
  #stage: 'tree' | 'history' = 'tree';
  #done = 0;
  #total = 0;
  #toldAt = 0;

  constructor(knowledge: Knowledge, tell: ((progress: AuditProgress) => void) | undefined) {
    this.#knowledge = knowledge;
    this.#tell = tell;
  }

  begin(stage: 'tree' | 'history', total: number): void {
    this.#stage = stage;
    this.#done = 0;
    this.#total = total;
    this.tell();
  }

  /** Tells how far it is, now. */
  tell(): void {
    this.#toldAt = performance.now();
    this.#tell?.({
      stage: this.#stage,
      done: this.#done,
      total: this.#total,
      found: this.sightings.size,
    });
  }

  /** Looks into a text of the tree or, with its commit, of history; and lets others have the event loop now and then. */
  async look(file: string, text: TextOrSkip, commit?: string): Promise<void> {
    if (typeof text === 'string') this.#skip({ file, reason: text }, commit);
    else if (text !== undefined) this.#scan(file, text, commit);
    this.#done++;
    if (performance.now() - this.#toldAt > tellEvery) this.tell();
    if (this.#breather.due) await this.#breather.pause();
  }

  #skip(skipped: Skipped, commit: string | undefined): void {
    this.skipped.push(commit === undefined ? skipped : { ...skipped, commit });
  }

  #scan(
    file: string,
    { text, bytes }: Exclude<TextOrSkip, string | undefined>,
    commit: string | undefined,
  ): void {
    this.counts.bytes += bytes;
    const detections = scanText(text, file, this.#knowledge);
    if (commit === undefined) {
      this.counts.files++;
      this.sightings.addFile(file, text, detections);
    } else {
      this.counts.versions++;
      this.sightings.addVersion(file, text, detections, commit);
    }
  }
}
