import { Option } from '@commander-js/extra-typings';
import { commandOf } from '../common-options.js';
import { placementOf } from '../configuration/placement-options.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import { printable } from '../terminal/printable.js';
import { type Cell, table } from '../terminal/table.js';

export const define = (host: Host) =>
  commandOf(
    'policy',
    'Prints the least policy that an application needs in one environment, in Vault’s HCL: one rule for each path, without a wildcard. With --role also the commands that make a role with it; with --check nothing is printed but what the token lacks, asked of Vault itself, and it ends with 1 when it lacks something.',
    [
      ['strongroom policy -e production > shop.hcl', 'what the application reads'],
      ['strongroom policy -e production --purpose migrate', 'what a migration needs, until it is done'],
      ['strongroom policy -e production --role approle', 'commands for an administrator'],
      ['strongroom policy -e production --check', 'whether the token at hand has it'],
    ],
  )
    .addOption(new Option('--purpose <purpose>', 'what it is for').choices(['run', 'migrate']).default('run'))
    .addOption(
      new Option('--role <method>', 'also print the commands that make a role').choices([
        'approle',
        'kubernetes',
      ]),
    )
    .option('--name <name>', 'of the policy and the role (default: the application and the environment)')
    .option('--check', 'ask Vault whether the token has what is needed')
    .action((options) =>
      host.run(options, async (session) => {
        const { checkPolicy, leastPolicy, roleCommands } = await import('@strongroom/migrate');
        const { definition } = await session.config();
        const environment = await session.environment();
        const { vault, placement } = await session.vault(environment);
        const { marker } = placement;
        const needs = {
          definition,
          environment,
          purpose: options.purpose,
          ...placementOf(placement),
          ...(marker === undefined ? {} : { marker }),
        };
        const { output, signal } = session;
        if (options.check === true) {
          const permissions = await checkPolicy({ ...needs, vault, signal });
          const lacks = permissions.some(({ missing }) => missing.length > 0);
          output.result({ environment, permissions }, () => {
            const { green, red } = output.colors;
            const rows = permissions.map(({ path, needed, missing }): readonly Cell[] => [
              missing.length === 0 ? { text: 'granted', colour: green } : { text: 'missing', colour: red },
              path,
              (missing.length === 0 ? needed : missing).join(', '),
            ]);
            return table(output, ['', 'path', 'capabilities'], rows);
          });
          return lacks ? exitCodes.findings : exitCodes.done;
        }
        const policy = leastPolicy(needs);
        const { role, name } = options;
        const commands =
          role === undefined
            ? undefined
            : roleCommands({ ...needs, method: role, ...(name === undefined ? {} : { name }) });
        output.result({ environment, policy, ...(commands === undefined ? {} : { commands }) }, () =>
          printable(commands?.join('\n') ?? policy),
        );
        return exitCodes.done;
      }),
    );
