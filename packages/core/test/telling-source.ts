import type { Source, SourceEvent } from '../src/index.js';
import { type MemorySource, memorySource } from '../src/testing/index.js';

/** A source in memory that tells what a test makes it tell. */
export interface TellingSource extends Source {
  readonly memory: MemorySource;
  tell(event: SourceEvent): void;
  /** How many listen. */
  readonly listeners: number;
}

export function tellingSource(name: string, values: Readonly<Record<string, unknown>>): TellingSource {
  const memory = memorySource(name, values);
  const listeners = new Set<(event: SourceEvent) => void>();
  return {
    name,
    memory,
    lookup: (settings, context) => memory.lookup(settings, context),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(event) {
      for (const listener of listeners) listener(event);
    },
    get listeners() {
      return listeners.size;
    },
  };
}
