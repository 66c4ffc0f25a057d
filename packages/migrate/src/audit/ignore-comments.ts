/** The lines of a text whose findings a comment accepts: `strongroom-ignore` there, or `…-next-line` before. */
export function ignoredLines(text: string, lineOf: (offset: number) => number): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const { index, 1: next } of text.matchAll(/strongroom-ignore(-next-line)?(?![\w-])/g)) {
    lines.add(lineOf(index) + (next === undefined ? 0 : 1));
  }
  return lines;
}
