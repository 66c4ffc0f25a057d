/** Names with commas between them, of an option that may be given several times. */
export const nameList = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
];
