/** What each program that reads from Vault is asked for. */
const settings = Number(process.env.SETTINGS);
const paths = Number(process.env.PATHS);

export const places = Array.from({ length: settings }, (_, index) => ({
  name: `SETTING_${index}`,
  group: `group${index % paths}`,
  key: `key${index}`,
  expected: `value-of-setting-${index}`,
}));

export const groups = [...new Set(places.map(({ group }) => group))];

/** Checks what was read, and says how long it took. */
export function finish(work, read) {
  for (const place of places) {
    if (read(place) !== place.expected) throw new Error(`${place.name} is wrong`);
  }
  process.stdout.write(JSON.stringify(work));
}

/** When the clock starts: before the imports, or after them. */
export const afterImport = process.env.AFTER_IMPORT === '1';
