import type { Plan, Step } from '@strongroom/migrate';
import type { Output } from '../terminal/output.js';
import { printable } from '../terminal/printable.js';
import { type Cell, table } from '../terminal/table.js';

/** Left out for what they are: a name says enough. */
const quiet: readonly Step['reason'][] = ['outside', 'not-secret', 'empty', 'no-place', 'leased'];

/** Shows what a plan does, key by key, without a value. */
export function planView(output: Output, { steps, target }: Plan): string {
  const moving = steps.filter(({ action }) => action !== 'left-out');
  const out = steps.filter(({ action }) => action === 'left-out');
  const { application, environment, mount, address } = target;
  const parts = [printable(`${application} (${environment}) into ${mount}/ of ${address}`), ''];
  if (moving.length > 0)
    parts.push(
      table(
        output,
        ['', 'name', 'from', 'to', ''],
        moving.map((step) => rowOf(output, step)),
      ),
      '',
    );
  const loud = out.filter(({ reason }) => !quiet.includes(reason));
  if (loud.length > 0)
    parts.push(
      'Left out:',
      ...loud.map(({ entry, explanation }) => printable(`  ${entry} ${explanation}`)),
      '',
    );
  for (const reason of quiet) {
    const names = out.filter((step) => step.reason === reason).map(({ entry }) => entry);
    if (names.length > 0)
      parts.push(printable(`Left out, ${quietWords[reason] ?? reason}: ${names.join(', ')}`));
  }
  const text = parts.join('\n').trimEnd();
  return `${text}\n\n${summary(steps)}`;
}

const quietWords: Partial<Record<Step['reason'], string>> = {
  outside: 'not in the definition and no secret by its looks',
  'not-secret': 'settings that are no secrets',
  empty: 'empty',
  'no-place': 'settings without a place in Vault',
  leased: 'settings that Vault leases itself',
};

function rowOf(
  output: Output,
  { action, entry, origin, path, key, fingerprints, setting, reason }: Step,
): readonly Cell[] {
  const { green, yellow, red, dim } = output.colors;
  const colours = { create: green, update: yellow, unchanged: dim, conflict: red, 'left-out': dim };
  const differs = action === 'conflict' || action === 'update';
  const what = [
    setting !== undefined && setting !== entry ? `as ${setting}` : '',
    reason === 'included' || reason === 'mapped' ? reason : '',
    differs ? `source ${fingerprints.source}, Vault ${fingerprints.vault}` : '',
  ];
  return [
    { text: action, colour: colours[action] },
    entry,
    placeOf(output, origin),
    `${path}#${key}`,
    what.filter((part) => part !== '').join('; '),
  ];
}

const placeOf = (output: Output, { place, line, reader }: Step['origin']): string => {
  const shown = reader === 'vault' || reader === 'environment' ? place : output.path(place);
  return line === undefined ? shown : `${shown}:${line}`;
};

/** How many keys of each kind there are, in a line. */
export function summary(steps: readonly Step[]): string {
  const count = (action: Step['action']) => steps.filter((step) => step.action === action).length;
  return [
    `${count('create')} to create`,
    `${count('update')} to update`,
    `${count('unchanged')} unchanged`,
    `${count('conflict')} in conflict`,
    `${count('left-out')} left out`,
  ].join(', ');
}
