import { afterEach, expect, test } from 'vitest';
import { endPrograms, runNode } from './node-program.js';

afterEach(endPrograms);

/** Runs a program that has nothing open but what it waits for. */
const run = (program: string) =>
  runNode([
    '--input-type=module',
    '--eval',
    `import { createResolver, defineSettings, secret } from '@strongroom/core';
     const definition = defineSettings({
       application: 'shop',
       environments: ['production'],
       settings: { TOKEN: secret('api/token') },
     });
     const never = () => new Promise(() => {});
     const make = (lookup) => createResolver(definition, {
       environment: 'production', sources: [{ name: 'mine', lookup }], startDeadlineMs: 50, refreshEveryMs: 10,
     });
     const found = async () => new Map([['TOKEN', { status: 'found', value: 'a', locator: 'here' }]]);
     ${program}`,
  ]).ended;

test.each(['load', 'survey'])('a program that awaits %s() does not end before it', async (what) => {
  const { code, stdout } = await run(`
    await make(never).${what}().catch(() => {});
    console.log('told');`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'told\n' });
});

test('a program that awaits a refresh does not end before it, also one that had begun by itself', async () => {
  const { code, stdout } = await run(`
    let asked = 0;
    let began;
    const second = new Promise((resolve) => { began = resolve; });
    const hold = setInterval(() => {}, 1000);
    const resolver = make(() => {
      asked += 1;
      if (asked === 1) return found();
      began();
      return never();
    });
    await resolver.load();
    await second;
    clearInterval(hold);
    await resolver.refresh();
    console.log(resolver.state.status);`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'degraded\n' });
});

test('a refresh that nobody awaits keeps no program alive', async () => {
  const { code, stdout } = await run(`
    let asked = 0;
    const hold = setInterval(() => {}, 1000);
    const resolver = make(() => {
      asked += 1;
      if (asked === 1) return found();
      console.log('asked again');
      clearInterval(hold);
      return never();
    });
    await resolver.load();
    resolver.events.on('degraded', () => console.log('waited for it'));`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'asked again\n' });
});

test('a program whose function does not decide about Vault does not end before the variable does', async () => {
  const { code, stdout } = await run(`
    import { loadSettings } from '@strongroom/node';
    const resolver = await loadSettings(definition, {
      environment: 'production', variables: { TOKEN: 'a' }, startDeadlineMs: 50, vaultMode: never,
    });
    console.log(resolver.rollout.mode);`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'off\n' });
});

test('a program that announces a change does not end before it is told that the broker did not take it', async () => {
  const { code, stdout } = await run(`
    import { announceChange } from '@strongroom/node/signals';
    const place = { application: 'shop', environment: 'production' };
    const broker = { name: 'mine', listen: never, announce: never };
    await announceChange(broker, place, { announceDeadlineMs: 50 }).catch((error) => console.log(error.code));`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'SIGNAL_NOT_SENT\n' });
});
