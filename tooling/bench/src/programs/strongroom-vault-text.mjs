import { stopwatch } from './stopwatch.mjs';
import { afterImport, finish, places } from './vault-work.mjs';

let stop = stopwatch();
const [{ defineSettings, secret }, { loadSettings }] = await Promise.all([
  import('@strongroom/core'),
  import('@strongroom/node'),
]);
const definition = defineSettings({
  application: 'bench',
  environments: ['development'],
  settings: Object.fromEntries(places.map(({ name, group, key }) => [name, secret(`${group}/${key}`)])),
});
// A definition is a module that a program imports, like the packages themselves.
if (afterImport) {
  await import('@strongroom/vault');
  stop = stopwatch();
}

const resolver = await loadSettings(definition);
const settings = resolver.current();
const work = stop();
await resolver.close();
finish(work, ({ name }) => settings[name]);
