/** How far something with many paths has come. */
export interface Progress {
  readonly phase: 'plan' | 'apply' | 'verify' | 'roll-back';
  /** Paths that are done, of those that there are. */
  readonly done: number;
  readonly total: number;
  /** The one that was done last, below the mount. */
  readonly path: string;
}

export interface ParallelOptions {
  /**
   * How many paths are worked on at one time; the client's `maxSockets` (16) limits the requests among them.
   * @default 32
   */
  readonly parallel?: number;
  /** Called after each path. What it throws stops the run. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the run: what is under way is called off, nothing more is begun, and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
}
