// Cleans one name out of a .env file, as a program that is killed at the given call of a file handle. Imports what was
// built.
import { open } from 'node:fs/promises';
import { cleanUpDotenv, readDotenv } from '../dist/index.js';

const [, , file, keyFile, name, fatal] = process.argv;
const probe = await open(file, 'r');
const prototype = Object.getPrototypeOf(probe);
await probe.close();

const { entries } = await readDotenv(file);
let calls = 0;
for (const method of ['writeFile', 'sync', 'chmod', 'close']) {
  const original = prototype[method];
  prototype[method] = function (...given) {
    calls += 1;
    if (calls === Number(fatal)) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(original, this, given);
  };
}
await cleanUpDotenv(file, { entries: entries.filter((entry) => entry.name === name), key: { keyFile } });
