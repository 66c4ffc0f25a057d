import { commandOf } from '../common-options.js';
import { definitionOnly } from '../configuration/definition-only.js';
import { type SettingReport, surveySettings } from '../configuration/loading.js';
import { exitCodes } from '../exit-code.js';
import type { Host } from '../host.js';
import type { Session } from '../session.js';
import type { Output } from '../terminal/output.js';
import { printable } from '../terminal/printable.js';
import { type Cell, table } from '../terminal/table.js';

export const define = (host: Host) =>
  commandOf(
    'explain',
    'Says of each setting which source it comes from, where exactly it lies, in which version, and whether it can be used; of those that are named, also what every source said. Never a value. Ends with 1 when a setting cannot be used.',
    [
      ['strongroom explain', 'every setting of the environment that the variables name'],
      ['strongroom explain -e production', 'those of production'],
      ['strongroom explain DATABASE_URL', 'one, with what each source said'],
      [
        'strongroom explain --json | jq -r ".settings[] | select(.state != \\"ok\\") | .name"',
        'what is not well',
      ],
    ],
  )
    .argument('[names...]', 'the settings to explain (default: all)')
    .action((names, options) =>
      host.run(options, async (session) => {
        const { definition } = await session.config();
        const settings = await session.settings({
          only: names.length === 0 ? undefined : definitionOnly(definition, names),
        });
        const { application } = definition;
        const { environment, rollout } = settings;
        if (!(await session.variables())['USE_VAULT']) {
          session.output.note('USE_VAULT is not set: an application would not ask Vault, as is done here.');
        }
        const { reports, error } = await surveySettings(settings);
        const { mode, reason } = rollout;
        await noteEnvFile(session, reports);
        session.output.result(
          {
            application,
            environment,
            vault: { mode, reason },
            settings: reports.map(({ problem, ...report }) => ({ ...report, ...problemJson(problem) })),
          },
          () => {
            const title = `${application} (${environment})`;
            const details = names.length === 0 ? '' : `\n${detailsOf(reports)}`;
            return `${title}\n\n${overview(session.output, reports)}\n${details}${error === undefined ? '' : `\n${printable(error.message)}\n`}`;
          },
        );
        const bad = reports.some(({ problem }) => problem !== undefined);
        return bad ? exitCodes.findings : exitCodes.done;
      }),
    );

/** Says which settings have a variable that is in no process, only in the `.env` file. */
async function noteEnvFile(session: Session, reports: readonly SettingReport[]): Promise<void> {
  const file = await session.envFile();
  if (file === undefined) return;
  const isFurther = (name: string) =>
    Object.hasOwn(file.variables, name) && session.io.env[name] === undefined;
  const names = reports
    .filter(({ name, source }) => source === 'environment' && (isFurther(name) || isFurther(`${name}_FILE`)))
    .map(({ name }) => name);
  if (names.length > 0) session.output.note(`From ${session.output.path(file.path)}: ${names.join(', ')}.`);
}

const problemJson = (problem: SettingReport['problem']) =>
  problem === undefined
    ? {}
    : { problem: { code: problem.code, reason: problem.reason, hints: problem.hints } };

function overview(output: Output, reports: readonly SettingReport[]): string {
  const { green, yellow, red, dim } = output.colors;
  const colours = { ok: green, unset: dim, missing: red, invalid: red, unreadable: red };
  return table(
    output,
    ['setting', 'source', 'where', 'version', 'state'],
    reports.map(({ name, kind, source, locator, version, state, freshness, overrides }): readonly Cell[] => {
      // What could not be asked may have it.
      const doubt = (state === 'ok' || state === 'unset') && freshness !== 'fresh';
      const also = overrides.length === 0 ? '' : `, over ${overrides.map((each) => each.source).join(', ')}`;
      return [
        kind === 'secret' ? `${name} *` : name,
        source ?? '–',
        `${locator ?? '–'}${also}`,
        version === undefined ? '' : String(version),
        { text: doubt ? `${state} (${freshness})` : state, colour: doubt ? yellow : colours[state] },
      ];
    }),
  ).concat('\n* a secret');
}

function detailsOf(reports: readonly SettingReport[]): string {
  const lines = reports.flatMap(({ name, sources }) => [
    name,
    ...sources.map(({ source, outcome, locator, version, reason }) => {
      const where = [locator, version === undefined ? undefined : `version ${version}`, reason];
      return `  ${source}: ${outcome.replace('-', ' ')}${where.map((part) => (part === undefined ? '' : `, ${part}`)).join('')}`;
    }),
  ]);
  return `${printable(lines.join('\n'))}\n`;
}
