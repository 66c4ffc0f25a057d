import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Entry, Plan, Step } from '@strongroom/migrate';
import { CommandError } from '../command-error.js';
import { commandOf } from '../common-options.js';
import { placementOf } from '../configuration/placement-options.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import type { Session } from '../session.js';
import { fromHelp, readSources } from '../source-entries.js';
import { type Cell, table } from '../terminal/table.js';

/** How one key compares; the fingerprints mean something within one call only. */
interface Difference {
  readonly name: string;
  readonly state: 'same' | 'different' | 'left-only' | 'right-only';
  readonly place: string;
  readonly fingerprints: { readonly left: string | null; readonly right: string | null };
}

export const define = (host: Host) =>
  commandOf(
    'diff',
    'Compares what two environments hold in Vault, or a file with an environment: by name and fingerprint, never by value. Writes nothing. Ends with 1 when there is a difference.',
    [
      ['strongroom diff staging production', 'two environments'],
      ['strongroom diff production --from prod.env', 'a file with an environment'],
      [
        'strongroom diff staging production --json | jq -r ".settings[] | select(.state == \\"left-only\\") | .name"',
        'what production lacks',
      ],
    ],
  )
    .argument('[environments...]', 'two environments; or with --from one (default: as the variables say)')
    .option('--from <source>', fromHelp)
    .action((environments, options) =>
      host.run(options, async (session) => {
        const { left, right, entries } = await sidesOf(session, environments, options.from);
        const { planMigration, readSettings } = await import('@strongroom/migrate');
        const { definition } = await session.config();
        const { vault, placement } = await session.vault(right);
        const where = {
          definition,
          environment: right,
          vault,
          ...placementOf(placement),
          signal: session.signal,
        };
        // A plan that is never applied: it knows which entry is which setting.
        const plan = await planMigration({
          ...where,
          entries,
          include: ({ setting }) => setting !== undefined,
        });
        const there = await readSettings(where);
        const differences = [...compared(plan), ...rightOnly(plan, there.entries)];
        const count = differences.filter(({ state }) => state !== 'same').length;
        const { output } = session;
        output.result({ left, right, differences: count, settings: differences }, () => {
          const { green, yellow, red } = output.colors;
          const colours = { same: green, different: red, 'left-only': yellow, 'right-only': yellow };
          const words = {
            same: 'same',
            different: 'different',
            'left-only': `only in ${left}`,
            'right-only': `only in ${right}`,
          };
          const rows = differences.map(({ name, state, place, fingerprints }): readonly Cell[] => [
            { text: words[state], colour: colours[state] },
            name,
            place,
            state === 'different' ? `${fingerprints.left} ≠ ${fingerprints.right}` : '',
          ]);
          const end = count === 1 ? '1 difference' : `${count} differences`;
          return `${table(output, ['', 'name', 'place', ''], rows)}\n\n${end} between ${left} and ${right}`;
        });
        return count > 0 ? exitCodes.findings : exitCodes.done;
      }),
    );

interface Sides {
  readonly left: string;
  /** An environment. */
  readonly right: string;
  /** Of the left side. */
  readonly entries: readonly Entry[];
}

async function sidesOf(
  session: Session,
  environments: readonly string[],
  from: string | undefined,
): Promise<Sides> {
  const { definition } = await session.config();
  for (const environment of environments) {
    if (!definition.environments.includes(environment) && existsSync(resolve(session.io.cwd, environment))) {
      throw new CommandError(exitCodes.usage, `${environment} is a file, and no environment`, {
        remedy: `Name it with --from: \`strongroom diff --from ${environment}\`.`,
      });
    }
    session.checkEnvironment(definition, environment);
  }
  const [first, second, ...more] = environments;
  if (from !== undefined && second === undefined) {
    const right = first ?? (await session.environment());
    return { left: from, right, entries: await readSources(session, [from], right) };
  }
  if (
    from !== undefined ||
    first === undefined ||
    second === undefined ||
    more.length > 0 ||
    first === second
  ) {
    throw new CommandError(exitCodes.usage, 'Two environments are wanted, or a file and one', {
      remedy: 'Write `strongroom diff staging production`, or `strongroom diff production --from .env`.',
    });
  }
  const { readSettings } = await import('@strongroom/migrate');
  const { vault, placement } = await session.vault(first);
  const options = {
    definition,
    environment: first,
    vault,
    ...placementOf(placement),
    signal: session.signal,
  };
  return { left: first, right: second, entries: (await readSettings(options)).entries };
}

const states: Readonly<Record<Exclude<Step['action'], 'left-out'>, Difference['state']>> = {
  create: 'left-only',
  unchanged: 'same',
  conflict: 'different',
  update: 'different',
};

function compared({ steps }: Plan): readonly Difference[] {
  return steps.flatMap(({ action, setting, entry, path, key, fingerprints }) =>
    action === 'left-out'
      ? []
      : [
          {
            name: setting ?? entry,
            state: states[action],
            place: `${path}#${key}`,
            fingerprints: { left: fingerprints.source, right: fingerprints.vault ?? null },
          },
        ],
  );
}

/** What the right side holds of settings, and the left side has not. */
function rightOnly({ steps, target }: Plan, entries: readonly Entry[]): readonly Difference[] {
  const known = new Set(
    steps.flatMap(({ action, setting }) => (action === 'left-out' || setting === undefined ? [] : [setting])),
  );
  return entries
    .filter(({ name }) => !known.has(name) && !name.includes('/'))
    .map(({ name, origin }) => ({
      name,
      state: 'right-only',
      place: origin.place.slice(target.mount.length + 1),
      fingerprints: { left: null, right: null },
    }));
}
