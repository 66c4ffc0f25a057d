import { afterImport, finish, places } from './vault-work.mjs';

let began = performance.now();
const [{ defineSettings, secret }, { loadSettings }, { z }] = await Promise.all([
  import('@strongroom/core'),
  import('@strongroom/node'),
  import('zod'),
]);
const definition = defineSettings({
  application: 'bench',
  environments: ['development'],
  settings: Object.fromEntries(
    places.map(({ name, group, key }) => [name, secret(`${group}/${key}`, z.string().min(1))]),
  ),
});
// A definition is a module that a program imports, like the packages themselves.
if (afterImport) {
  await import('@strongroom/vault');
  began = performance.now();
}

const resolver = await loadSettings(definition);
const settings = resolver.current();
const workMs = performance.now() - began;
await resolver.close();
finish(workMs, ({ name }) => settings[name]);
