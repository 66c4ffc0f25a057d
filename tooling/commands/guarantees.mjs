// Each promise in docs/guarantees.md names the tests that hold it: they must be there.
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const faults = [];
const promises = read('docs/guarantees.md')
  .split(/\n{2,}/)
  .filter((paragraph) => paragraph.startsWith('**'));
for (const promise of promises) {
  const held = [...promise.matchAll(/^`([^`]+)`: (".+")$/gm)];
  if (held.length === 0) faults.push(`no test holds "${promise.slice(2, 70)}…"`);
  for (const [, file, names] of held) {
    for (const [, name] of names.matchAll(/"([^"]+)"/g)) {
      if (!has(file, name)) faults.push(`${file} has no test "${name}"`);
    }
  }
}
if (promises.length === 0) faults.push('docs/guarantees.md promises nothing');
if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exitCode = 1;
}

function has(file, name) {
  try {
    return read(file).includes(name);
  } catch {
    return false;
  }
}
