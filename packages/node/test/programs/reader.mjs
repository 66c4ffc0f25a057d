// A thread or a child process that receives settings, and answers what it is asked about them.
import { inspect } from 'node:util';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { receiveSettings } from '@strongroom/node/threads';
import { shop } from './shop.mjs';

const options = isMainThread ? JSON.parse(process.argv[2] ?? '{}') : (workerData ?? {});
const say = (message) => (isMainThread ? process.send(message) : parentPort.postMessage(message));
const all = [];
if (options.listenFirst) process.on('message', (message) => all.push(message));

let settings;
try {
  settings = await receiveSettings(shop, options.receive);
} catch (error) {
  const { code, message } = error;
  if (isMainThread && !process.connected) process.exitCode = 9;
  else say({ failed: { code, message, inspected: inspect(error, { depth: null, showHidden: true }) } });
}
if (settings !== undefined) {
  const changed = [];
  const events = [];
  for (const event of ['ready', 'degraded', 'failed', 'refused', 'deleted', 'closed']) {
    settings.events.on(event, () => events.push(event));
  }
  const follow = async () => {
    for await (const changes of settings.changes()) {
      changed.push(changes.map(({ name, before, after }) => ({ name, before, after })));
    }
    changed.push('end');
  };
  const following = follow();
  const built = [];
  const binding =
    'PASSWORD' in settings.definition.settings
      ? await settings.bind(['PASSWORD'], ({ PASSWORD }) => built.push(PASSWORD))
      : undefined;
  const answers = {
    values: () => {
      const { TOKEN, PASSWORD, LIMITS, HOSTS, PORT } = settings.current();
      return { TOKEN, PASSWORD, LIMITS, HOSTS: HOSTS && [...HOSTS], PORT };
    },
    current: () => {
      try {
        return settings.current().PORT;
      } catch ({ code }) {
        return code;
      }
    },
    explain: () => settings.explain(),
    survey: () => settings.survey(),
    state: () => settings.state,
    health: () => settings.health(),
    environment: () => settings.environment,
    changed: () => changed,
    built: () => [built, binding?.current],
    events: () => events,
    shown: () => [
      `${settings.current()}`,
      JSON.stringify(settings.current()),
      inspect(settings, { depth: 9 }),
    ],
    all: () => all,
    // And goes on answering.
    leave: () => settings.close(),
    close: async () => {
      await settings.close();
      await following;
    },
  };
  const answer = async ({ question, id }) => {
    if (answers[question] === undefined) return;
    const result = await answers[question]();
    // What cannot be cloned, such as an error, is told as JSON.
    say({ id, result: result === undefined ? undefined : JSON.parse(JSON.stringify(result)) });
    // So that nothing of this test keeps it alive.
    if (question === 'close') (isMainThread ? process : parentPort).off('message', answer);
  };
  (isMainThread ? process : parentPort).on('message', answer);
  say({ received: true });
}
