import perfHooks from 'node:perf_hooks';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

/** Where a scanner says that a secret is. */
export interface Sighting {
  readonly file: string;
  readonly line: number;
}

/** What secretlint finds by itself: its recommended preset, as it comes. */
export async function secretlintSightings(
  files: readonly { readonly file: string; readonly text: string }[],
): Promise<readonly Sighting[]> {
  const { lintSource } = await withoutProfiler(() => import('@secretlint/core'));
  const config = { rules: [{ id: creator.meta.id, rule: creator }] };
  const sightings: Sighting[] = [];
  for (const { file, text } of files) {
    const source = {
      filePath: file,
      content: text,
      contentType: 'text' as const,
      ext: file.slice(file.lastIndexOf('.')),
    };
    const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
    sightings.push(...messages.map(({ loc }) => ({ file, line: loc.start.line })));
  }
  return sightings;
}

/** Its profiler, which it does without where there is no observer, searches all its marks for each new one. */
async function withoutProfiler<T>(load: () => Promise<T>): Promise<T> {
  const { PerformanceObserver } = perfHooks;
  Reflect.deleteProperty(perfHooks, 'PerformanceObserver');
  try {
    return await load();
  } finally {
    perfHooks.PerformanceObserver = PerformanceObserver;
  }
}

export interface Accuracy {
  readonly found: number;
  readonly planted: number;
  readonly falseAlarms: number;
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
}

interface PlantedAt {
  readonly kind: string;
  readonly file: string;
  readonly text: string;
  readonly value: string;
}

/** Compares what was found with what was planted: a finding counts on a line that the secret stands on. */
export function accuracyOf(sightings: readonly Sighting[], planted: readonly PlantedAt[]): Accuracy {
  const lines = new Map(planted.map((each) => [each.file, { each, ...linesOf(each) }]));
  const found = new Set<string>();
  const wrong: string[] = [];
  for (const { file, line } of sightings) {
    const hit = lines.get(file);
    if (hit !== undefined && line >= hit.first && line <= hit.last) found.add(file);
    else wrong.push(`${file}:${line}`);
  }
  const missed = planted.filter(({ file }) => !found.has(file)).map(({ kind, file }) => `${kind}: ${file}`);
  return { found: found.size, planted: planted.length, falseAlarms: wrong.length, missed, wrong };
}

function linesOf({ text, value }: PlantedAt): { readonly first: number; readonly last: number } {
  // A key is written in several ways; its text begins and ends with the key then.
  const start = Math.max(0, text.indexOf(value.split('\n', 1)[0] ?? ''));
  const first = text.slice(0, start).split('\n').length;
  const whole = value.includes('\n') ? text.length : start + value.length;
  return { first, last: text.slice(0, whole).split('\n').length };
}
